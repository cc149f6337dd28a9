// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import type { Fact, FactChange } from '../api/caseVersions'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Note } from '../kern/Note'
import { TextInput } from '../kern/TextInput'
import { factInWords } from './factInWords'

const REASON_CHARS = 1000
type Props = { name: string; fact: Fact; /** A person has put the letter into other words. */ rewritten: boolean; onClose: () => void; onSave: (change: FactChange) => Promise<unknown> }

/** Takes a correction back: what the check reads counts again. Never without a reason. */
export function WithdrawDialog({ name, fact, rewritten, onClose, onSave }: Props) {
  const i18n = useI18n()
  const { t } = i18n
  const form = useId()
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const enough = reason.trim().length >= 3
  const save = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    setError(null)
    if (working || !enough) return
    setWorking(true)
    onSave({ fact: name, withdraw: true, reason: reason.trim() }).then(onClose, (why: unknown) => {
      setWorking(false)
      setError(why)
    })
  }
  return (
    <Dialog title={t('work.withdraw')} onClose={onClose} footer={<Button type="submit" form={form} variant="primary" label={t('work.withdraw.save')} disabled={working} />}>
      <form id={form} noValidate className="form" onSubmit={save}>
        {error !== null && <ErrorNote error={error} />}
        <p><strong>{name}</strong></p>
        <p>{t('work.withdraw.what', { value: factInWords(fact.value, i18n), read: factInWords(fact.read?.value, i18n) })}</p>
        {rewritten && <Note kind="warning">{t('work.letter.again')}</Note>}
        <TextInput label={t('work.fact.reason')} value={reason} maxLength={REASON_CHARS} required autoComplete="off" onChange={setReason} error={asked && !enough ? t('work.fact.reason.error') : undefined} />
      </form>
    </Dialog>
  )
}
