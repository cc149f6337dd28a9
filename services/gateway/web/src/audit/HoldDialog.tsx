// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { setHold } from '../api/audit'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Choice } from '../kern/Choice'
import { Dialog } from '../kern/Dialog'
import { Radios } from '../kern/Radios'
import { TextInput } from '../kern/TextInput'
import { ID, REASONS } from './query'

export function HoldDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { t } = useI18n()
  const id = useId()
  const [what, setWhat] = useState<'person' | 'case'>('person')
  const [target, setTarget] = useState('')
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const known = ID.test(target.trim().toLowerCase())
  const save = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    setError(null)
    const identifier = target.trim().toLowerCase()
    if (known && reason) setHold(what === 'person' ? { person: identifier } : { case: identifier }, reason).then(onDone, setError)
  }
  return (
    <Dialog title={t('aud.hold.set')} onClose={onClose} footer={<Button type="submit" form={`${id}f`} variant="primary" label={t('aud.hold.set')} />}>
      {error !== null && <ErrorNote error={error} />}
      <form id={`${id}f`} noValidate onSubmit={save} className="form">
        <Radios legend={t('aud.hold.what')} name={`${id}w`} value={what} onChange={setWhat} options={[['person', t('aud.hold.person')], ['case', t('aud.hold.case')]]} />
        <TextInput label={t('aud.hold.id')} value={target} error={tried && !known ? t('aud.id.wrong') : undefined} aria-required="true" autoComplete="off" spellCheck={false} onChange={setTarget} />
        <Choice label={t('aud.reason')} value={reason} required error={tried && !reason ? t('form.error.required') : undefined} onChange={setReason} options={[['', t('aud.reason.none')], ...[...REASONS, 'einschraenkung' as const].map((one) => [one, t(`aud.reason.${one}`)] as const)]} />
      </form>
    </Dialog>
  )
}
