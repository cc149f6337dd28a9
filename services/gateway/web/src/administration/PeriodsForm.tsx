// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { setPeriods, type Period } from '../api/administration'
import { ErrorNote } from '../errors'
import { ErrorSummary } from '../forms/ErrorSummary'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Note } from '../kern/Note'
import { TextInput } from '../kern/TextInput'
import { named } from './names'

/** A number of days for each kind of data. Making one shorter asks first: what is older is gone for good. */
export function PeriodsForm({ authority, periods, onSaved }: { authority: string; periods: readonly Period[]; onSaved: (fresh: Period[]) => void }) {
  const { t, locale } = useI18n()
  const id = useId()
  const [texts, setTexts] = useState<Record<string, string>>(() => Object.fromEntries(periods.map((one) => [one.kind, one.own === null ? '' : String(one.own)])))
  const [wrong, setWrong] = useState<string[]>([])
  const [serial, setSerial] = useState(0)
  const [asking, setAsking] = useState(false)
  const [saved, setSaved] = useState(false)
  const [error, setError] = useState<unknown>(null)

  const daysOf = (one: Period): number => Number(texts[one.kind]?.trim() || one.bound)
  const fits = (one: Period): boolean => /^\d{0,5}$/.test(texts[one.kind]?.trim() ?? '') && daysOf(one) >= 1 && daysOf(one) <= one.bound
  const titleOf = (one: Period): string => named('data.kind', one.kind, t)
  const save = () => {
    setAsking(false)
    const days = Object.fromEntries(periods.filter((one) => texts[one.kind]?.trim()).map((one) => [one.kind, daysOf(one)]))
    setPeriods(authority, days).then((fresh) => {
      onSaved(fresh)
      setSaved(true)
    }, setError)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setError(null)
    setSaved(false)
    const found = periods.filter((one) => !fits(one)).map((one) => one.kind)
    setWrong(found)
    if (found.length) setSerial((old) => old + 1)
    else if (periods.some((one) => daysOf(one) < one.days)) setAsking(true)
    else save()
  }
  return (
    <form className="form" noValidate onSubmit={submit}>
      {wrong.length > 0 && <ErrorSummary serial={serial} errors={periods.filter((one) => wrong.includes(one.kind)).map((one) => ({ id: `${id}${one.kind}`, label: titleOf(one), text: t('adm.retention.number', { bound: one.bound }) }))} />}
      {error !== null && <ErrorNote error={error} />}
      {periods.map((one) => (
        <div key={one.kind} className="period">
          <TextInput id={`${id}${one.kind}`} label={locale === 'de' ? t('adm.retention.line', { title: titleOf(one), since: one.since }) : `${titleOf(one)}: ${t('adm.retention.days')}`} hint={t('adm.retention.max', { bound: one.bound })} error={wrong.includes(one.kind) ? t('adm.retention.number', { bound: one.bound }) : undefined} value={texts[one.kind] ?? ''} inputMode="numeric" autoComplete="off" onChange={(text) => {
            setTexts((old) => ({ ...old, [one.kind]: text }))
            setSaved(false)
          }} />
        </div>
      ))}
      <div className="row"><Button type="submit" variant="primary" label={t('adm.retention.save')} /></div>
      <div aria-live="polite">{saved && <Note kind="success">{t('duty.saved')}</Note>}</div>
      {asking && (
        <Dialog title={t('adm.retention.sure.title')} onClose={() => setAsking(false)} footer={<Button variant="primary" className="danger" label={t('adm.retention.sure.go')} onClick={save} />}>
          <p>{t('adm.retention.sure.text')}</p>
        </Dialog>
      )}
    </form>
  )
}
