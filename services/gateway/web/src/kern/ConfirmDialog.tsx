// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { ErrorNote } from '../errors'
import { Button } from './Button'
import { Dialog } from './Dialog'

type Props = { title: string; text: string; confirm: string; onClose: () => void; act: () => Promise<unknown>; onDone: () => void }

/** Asks before something that can't be undone; stays open with the reason if it fails. */
export function ConfirmDialog({ title, text, confirm, onClose, act, onDone }: Props) {
  const [error, setError] = useState<unknown>(null)
  const [working, setWorking] = useState(false)
  const run = () => {
    setWorking(true)
    act().then(onDone, (reason: unknown) => {
      setWorking(false)
      setError(reason)
    })
  }
  return (
    <Dialog title={title} onClose={onClose} footer={<Button variant="primary" className="danger" icon="trash" label={confirm} disabled={working} onClick={run} />}>
      {error !== null && <ErrorNote error={error} />}
      <p className="kern-body">{text}</p>
    </Dialog>
  )
}
