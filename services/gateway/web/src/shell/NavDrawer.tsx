// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useRef } from 'react'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Navigation } from './Navigation'

/** The navigation on a narrow screen: a modal drawer; Escape, the button and a click beside it close it. */
export function NavDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useI18n()
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const dialog = box.current
    if (dialog && !dialog.open) dialog.showModal()
    dialog?.querySelector<HTMLElement>('button')?.focus()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body) before.focus()
    }
  }, [])
  return (
    // A click on the backdrop arrives at the dialog itself; the keyboard has Escape and the button.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog ref={box} className="drawer" aria-label={t('app.menu')} onClick={(event) => event.target === box.current && onClose()} onCancel={(event) => {
      event.preventDefault()
      onClose()
    }}>
      <div className="drawer-head"><Button icon="close" label={t('app.menu.close')} onClick={onClose} /></div>
      <nav className="drawer-nav" aria-label={t('app.nav')}><Navigation onGo={onClose} /></nav>
    </dialog>
  )
}
