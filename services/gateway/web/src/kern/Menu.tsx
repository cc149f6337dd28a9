// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Button } from './Button'
import { Icon, type IconName } from './Icon'

export type MenuItem = { label: string; icon: IconName; run: () => void }
type Props = { label: string; icon: IconName; iconOnly?: boolean; text?: string; items: MenuItem[]; head?: ReactNode; className?: string }

/** Menu button after the ARIA pattern: arrows, Home, End, Escape; the focus returns to the button. */
export function Menu({ label, icon, iconOnly = false, text, items, head, className = '' }: Props) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const root = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const close = (refocus: boolean) => {
    setOpen(false)
    if (refocus) root.current?.querySelector('button')?.focus()
  }
  useEffect(() => {
    if (!open) return undefined
    list.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus()
    const outside = (event: PointerEvent) => {
      if (!(event.target instanceof Node) || !root.current?.contains(event.target)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open])
  const key = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
    const at = all.findIndex((item) => item === document.activeElement)
    const next: Record<string, number> = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }
    if (event.key === 'Escape') {
      event.stopPropagation()
      close(true)
    } else if (event.key === 'Tab') close(false)
    else if (next[event.key] !== undefined) {
      event.preventDefault()
      all[next[event.key] ?? 0]?.focus()
    }
  }
  return (
    <div className={`menu ${className}`} ref={root}>
      <Button icon={icon} iconOnly={iconOnly} label={text ?? label} aria-label={text ? label : undefined} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)} />
      {open && (
        <div className="menu-pop">
          {head}
          <div id={id} role="menu" aria-label={label} ref={list} onKeyDown={key} tabIndex={-1}>
            {items.map((item) => (
              <button key={item.label} type="button" role="menuitem" tabIndex={-1} onClick={() => {
                close(true)
                item.run()
              }}><Icon name={item.icon} />{item.label}</button>
            ))}
          </div>
        </div>
      )}
    </div>
  )
}
