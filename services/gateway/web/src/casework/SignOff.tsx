// SPDX-License-Identifier: EUPL-1.2
import { useState, type FormEvent } from 'react'
import { download, signVersion, type ExportFormat, type Version } from '../api/caseVersions'
import { announcer } from '../chat/announcer'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { Icon } from '../kern/Icon'
import { Note } from '../kern/Note'
import { TextInput } from '../kern/TextInput'

const ENDS: Record<ExportFormat, string> = { text: 'txt', docx: 'docx', 'e-akte': 'zip' }

/** The deadline of the letter and the sign-off of exactly this version; afterwards what may leave. */
export function SignOff({ id, version, why, onSigned }: { id: string; version: Version; /** Why it can't be signed now. */ why: string | null; onSigned: () => void }) {
  const { t, date, time } = useI18n()
  const [error, setError] = useState<unknown>(null)
  const signed = version.signed
  const save = (format: ExportFormat) => {
    setError(null)
    download(id, version.version, format).then((blob) => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(blob)
      link.download = `${t('work.version', { version: version.version })}.${ENDS[format]}`
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    }, setError)
  }
  const formats: ExportFormat[] = version.letter ? ['text', 'docx', 'e-akte'] : ['e-akte']
  return (
      <section className="data-part" aria-labelledby="case-sign">
        <h2 id="case-sign">{t('work.sign')}</h2>
        {error !== null && <ErrorNote error={error} />}
        {signed && <Note kind="success">{t('work.sign.done', { name: signed.by, time: time(signed.at) })} {signed.deadline && t('work.sign.until', { date: date(signed.deadline) })}</Note>}
        {signed && <p className="case-act">{formats.map((format) => <Button key={format} variant="secondary" icon="document" label={t(`work.export.${format}`)} onClick={() => save(format)} />)}</p>}
        {!signed && why !== null && <p>{why}</p>}
        {!signed && why === null && <SignForm id={id} version={version} onSigned={onSigned} />}
      </section>
  )
}

function SignForm({ id, version, onSigned }: { id: string; version: Version; onSigned: () => void }) {
  const { t } = useI18n()
  const [deadline, setDeadline] = useState('')
  const [seen, setSeen] = useState(false)
  const [asked, setAsked] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const needs = version.letter !== null
  const [late, setLate] = useState(false)
  const sign = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    setError(null)
    const past = needs && deadline <= new Date().toISOString().slice(0, 10)
    setLate(past)
    if (working || !seen || past) return
    setWorking(true)
    signVersion(id, version, needs ? deadline : null).then(() => {
      announcer.status(t('work.version.signed'))
      onSigned()
    }, (reason: unknown) => {
      setWorking(false)
      setError(reason)
    })
  }
  return (
    <form noValidate className="form" onSubmit={sign}>
      <p>{t('work.sign.lead', { version: version.version })}</p>
      {error !== null && <ErrorNote error={error} />}
      {needs && <TextInput label={t('work.sign.deadline')} hint={t('work.sign.deadline.hint')} type="date" required value={deadline} onChange={setDeadline} error={late ? t('work.sign.deadline.error') : undefined} />}
      <Check label={t('work.sign.seen')} checked={seen} required invalid={asked && !seen} describedBy={asked && !seen ? 'sign-seen' : undefined} onChange={setSeen} />
      {asked && !seen && <p className="field-error" id="sign-seen"><Icon name="danger" />{t('work.sign.seen.error')}</p>}
      <p><Button type="submit" variant="primary" icon="check" label={t('work.sign.go', { version: version.version })} disabled={working} /></p>
    </form>
  )
}
