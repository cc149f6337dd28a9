// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useRef, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { useI18n } from '../i18n'
import { Button } from './Button'

type Props = {
  title: string
  onClose: () => void
  children: ReactNode
  footer?: ReactNode
  /** Text of the button that closes; "Abbrechen" unless told. */
  closeLabel?: string
  /** All buttons at the bottom, instead of the one that closes and `footer`. */
  buttons?: ReactNode
  /** Interrupts: screen readers read title and text at once. */
  alert?: boolean
}

/**
 * Modal dialog: native `<dialog>`, so the browser keeps the focus inside, closes on Escape and hides the rest.
 * The focus goes to the first field, or to the title, and returns to where it was.
 */
export function Dialog({ title, onClose, children, footer, closeLabel, buttons, alert = false }: Props) {
  const { t } = useI18n()
  const id = useId()
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const dialog = box.current
    if (!dialog) return undefined
    if (!dialog.open) dialog.showModal()
    const first = dialog.querySelector<HTMLElement>('[data-autofocus], input, textarea, select') ?? dialog.querySelector<HTMLElement>('h2')
    first?.focus()
    return () => {
      if (dialog.open) dialog.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return createPortal(
    <dialog ref={box} className="kern-dialog dialog" role={alert ? 'alertdialog' : undefined} aria-labelledby={id} aria-describedby={alert ? `${id}t` : undefined} onCancel={(event) => {
      event.preventDefault()
      onClose()
    }}>
      <header className="dialog-head">
        <h2 id={id} tabIndex={-1}>{title}</h2>
        <Button icon="close" iconOnly label={t('app.close')} onClick={onClose} />
      </header>
      <div className="dialog-body" id={`${id}t`}>{children}</div>
      <footer className="dialog-foot">
        {buttons ?? <><Button variant="secondary" label={closeLabel ?? t('app.cancel')} onClick={onClose} />{footer}</>}
      </footer>
    </dialog>,
    document.body,
  )
}
