// SPDX-License-Identifier: EUPL-1.2
import { useSyncExternalStore, type ComponentProps, type MouseEvent } from 'react'

/** A small router: the path is the state, links are real links, going somewhere puts the focus on the new heading. */
const listeners = new Set<() => void>()
const notify = () => {
  for (const listener of listeners) listener()
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('popstate', listener)
  }
}

export function navigate(to: string, options: { replace?: boolean; keepFocus?: boolean } = {}): void {
  if (to === location.pathname + location.search) return
  history[options.replace ? 'replaceState' : 'pushState'](null, '', to)
  notify()
  if (!options.keepFocus) requestAnimationFrame(() => focusMain())
}

/** The heading of a new page, so that screen readers say where one is; the composer asks for the focus itself. */
export function focusMain(): void {
  const main = document.getElementById('main')
  const target = main?.querySelector<HTMLElement>('[data-route-focus]') ?? main?.querySelector<HTMLElement>('h1') ?? main
  if (target && !target.matches('input, textarea, button, a')) target.tabIndex = -1
  target?.focus({ preventScroll: true })
}

const snapshot = () => location.pathname + location.search
export function useRoute(): { path: string; query: URLSearchParams } {
  const here = useSyncExternalStore(subscribe, snapshot)
  const [path = '/', search = ''] = here.split('?')
  return { path, query: new URLSearchParams(search) }
}

export function Link({ to, onClick, children, ...rest }: ComponentProps<'a'> & { to: string }) {
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return <a href={to} onClick={go} {...rest}>{children}</a>
}

/** `/chat/:id` against a path: its parts, or null. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const want = pattern.split('/')
  const have = path.replace(/\/+$/, '').split('/')
  if (pattern === '/') return path === '/' ? {} : null
  if (want.length !== have.length) return null
  const found: Record<string, string> = {}
  for (const [i, part] of want.entries()) {
    if (part.startsWith(':')) found[part.slice(1)] = decodeURIComponent(have[i] ?? '')
    else if (part !== have[i]) return null
  }
  return found
}
