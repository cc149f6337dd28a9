// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { CheckWithItems } from '../api/inspection'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { Dialog } from '../kern/Dialog'
import { Note } from '../kern/Note'

type Props = { undecided: number; act: () => Promise<CheckWithItems>; onClose: () => void; onDone: (closed: CheckWithItems) => void }

/** The end of a check can't be undone; that some retrievals stay undecided is said by a person. */
export function CloseDialog({ undecided, act, onClose, onDone }: Props) {
  const { t, plural } = useI18n()
  const [agreed, setAgreed] = useState(undecided === 0)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const close = () => {
    setWorking(true)
    setError(null)
    act().then(onDone, (reason: unknown) => {
      setWorking(false)
      setError(reason)
    })
  }
  return (
    <Dialog title={t('ins.close.title')} onClose={onClose} footer={<Button variant="primary" icon="check" label={t('ins.close')} disabled={!agreed || working} onClick={close} />}>
      {error !== null && <ErrorNote error={error} />}
      <p className="kern-body">{t('ins.close.text')}</p>
      {undecided > 0 && <><Note kind="warning">{plural('ins.close.undecided', undecided)}</Note><Check label={t('ins.close.agree')} checked={agreed} onChange={setAgreed} /></>}
    </Dialog>
  )
}
