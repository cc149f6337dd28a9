// SPDX-License-Identifier: EUPL-1.2
import { useSyncExternalStore } from 'react'
import { useI18n } from '../i18n'

/**
 * What screen readers are told. Two regions that exist from the start: `status` for short process messages,
 * `log` for a finished answer, once. The thread itself is no live region: a token stream would flood them.
 */
export class Announcer {
  private state = { status: '', log: '', serial: 0 }
  private readonly listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = () => this.state

  status(text: string): void {
    this.set({ ...this.state, status: text })
  }
  /** A finished answer as plain text. */
  answer(text: string): void {
    this.set({ ...this.state, log: text, serial: this.state.serial + 1 })
  }
  /** Nothing of what was said stays in the page. */
  clear(): void {
    this.set({ ...this.state, status: '', log: '' })
  }
  private set(state: typeof this.state): void {
    this.state = state
    for (const listener of this.listeners) listener()
  }
}

export const announcer = new Announcer()

export function LiveRegions({ source = announcer }: { source?: Announcer }) {
  const { t } = useI18n()
  const { status, log, serial } = useSyncExternalStore(source.subscribe, source.snapshot)
  return (
    <div className="sr-only">
      <div role="status" aria-live="polite" aria-atomic="true">{status}</div>
      <div role="log" aria-live="polite" aria-relevant="additions" aria-label={t('say.log')}>{log && <p key={serial}>{log}</p>}</div>
    </div>
  )
}
