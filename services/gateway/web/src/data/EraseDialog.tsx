// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { eraseOwnData } from '../api/endpoints'
import type { SignedReceipt } from '../api/types'
import { dropDrafts } from '../drafts'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { Dialog } from '../kern/Dialog'

/** Asks twice, since nothing brings the data back: the box, then the button. Stays open with the reason if it fails. */
export function EraseDialog({ onClose, onDone }: { onClose: () => void; onDone: (receipt: SignedReceipt) => void }) {
  const { t } = useI18n()
  const [sure, setSure] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const run = () => {
    setWorking(true)
    setError(null)
    eraseOwnData().then((receipt) => {
      dropDrafts()
      onDone(receipt)
    }, (reason: unknown) => {
      setWorking(false)
      setError(reason)
    })
  }
  return (
    <Dialog title={t('data.erase.title')} onClose={onClose} footer={<Button variant="primary" className="danger" icon="trash" label={t('data.erase.confirm')} disabled={!sure || working} onClick={run} />}>
      {error !== null && <ErrorNote error={error} />}
      <p>{t('data.erase.what')}</p>
      <ul>
        <li>{t('data.erase.what.content')}</li>
        <li>{t('data.erase.what.keys')}</li>
        <li>{t('data.erase.what.session')}</li>
      </ul>
      <p>{t('data.erase.stays')}</p>
      <Check label={t('data.erase.sure')} checked={sure} onChange={setSure} />
      {working && <p role="status">{t('data.erase.working')}</p>}
    </Dialog>
  )
}
