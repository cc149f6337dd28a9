// SPDX-License-Identifier: EUPL-1.2
import { useId, useState } from 'react'
import { liftHold, type Hold } from '../api/audit'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Radios } from '../kern/Radios'

export function LiftDialog({ hold, onClose, onDone }: { hold: Hold; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n()
  const id = useId()
  const [reason, setReason] = useState<'erledigt' | 'irrtum'>('erledigt')
  const [error, setError] = useState<unknown>(null)
  return (
    <Dialog title={t('aud.hold.lift')} onClose={onClose} footer={<Button variant="primary" label={t('aud.hold.lift')} onClick={() => liftHold(hold.id, reason).then(onDone, setError)} />}>
      {error !== null && <ErrorNote error={error} />}
      <p className="id">{t(hold.case ? 'aud.hold.case' : 'aud.hold.person')}: {hold.case ?? hold.person}</p>
      <Radios legend={t('aud.hold.lift.reason')} name={id} value={reason} onChange={setReason} options={[['erledigt', t('aud.hold.lift.erledigt')], ['irrtum', t('aud.hold.lift.irrtum')]]} />
    </Dialog>
  )
}
