// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import type { Version } from '../api/caseVersions'
import { readDraft, useDraft, useDraftKey, writeDraft } from '../drafts'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'
import { Note } from '../kern/Note'
import { TextInput } from '../kern/TextInput'

const REASON_CHARS = 1000
const TEXT_CHARS = 50_000
export type LetterSave = (letter: { text: string; reason: string }) => Promise<unknown>

/** The letter of a version, who has put it into other words, and a place to do so. */
export function Letter({ id, version, onSave }: { id: string; version: Version; onSave: LetterSave | null }) {
  const { t, time } = useI18n()
  const [editing, setEditing] = useState(false)
  const letter = version.letter
  const own = letter?.rewritten
  return (
    <section className="data-part" aria-labelledby="case-letter">
      <h2 id="case-letter">{t('work.letter')}</h2>
      {!letter && <p>{t('work.letter.none')}</p>}
      {own && <p className="hint">{t('work.letter.rewritten', { name: own.by, time: time(own.at), reason: letter.reason ?? '' })}</p>}
      {letter && !editing && <div className="work-letter" lang="de">{letter.text}</div>}
      {letter && !editing && onSave && <p><Button variant="secondary" icon="edit" label={t('work.letter.edit')} onClick={() => setEditing(true)} /></p>}
      {letter && editing && onSave && <LetterForm draft={`letter.${id}`} text={letter.text} onSave={onSave} onClose={() => setEditing(false)} />}
    </section>
  )
}

/** What is written and not saved stays under `draft`, also where a new version comes meanwhile. */
function LetterForm({ draft, text: before, onSave, onClose }: { draft: string; text: string; onSave: LetterSave; onClose: () => void }) {
  const { t } = useI18n()
  const id = useId()
  const key = useDraftKey(draft)
  const [first] = useState(() => (readDraft(key) ? null : before))
  const [text, setText] = useDraft(key, before)
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const changed = text.trim() !== '' && text !== before
  const enough = reason.trim().length >= 3
  const close = () => {
    setText(before)
    writeDraft(key, '')
    onClose()
  }
  const save = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    setError(null)
    if (working || !changed || !enough) return
    setWorking(true)
    onSave({ text: text.trim(), reason: reason.trim() }).then(close, (why: unknown) => {
      setWorking(false)
      setError(why)
    })
  }
  const wrong = asked && !changed
  return (
    <form noValidate className="form" onSubmit={save}>
      {error !== null && <ErrorNote error={error} />}
      {first !== before && <Note kind="warning">{t('work.letter.since')}</Note>}
      <div className={`field${wrong ? ' field--error' : ''}`}>
        <label htmlFor={id}>{t('work.letter.text')}</label>
        <p className="hint" id={`${id}h`}>{t('work.letter.hint')}</p>
        <textarea id={id} className="input work-letter-text" lang="de" rows={18} maxLength={TEXT_CHARS} value={text} aria-invalid={wrong || undefined} aria-describedby={wrong ? `${id}e ${id}h` : `${id}h`} onChange={(event) => setText(event.target.value)} ref={focusOnce} />
        {wrong && <p className="field-error" id={`${id}e`}><Icon name="danger" />{t('work.letter.same')}</p>}
      </div>
      <TextInput label={t('work.letter.reason')} hint={t('work.letter.reason.hint')} value={reason} maxLength={REASON_CHARS} required autoComplete="off" onChange={setReason} error={asked && !enough ? t('work.fact.reason.error') : undefined} />
      <p className="case-act"><Button type="submit" variant="primary" icon="check" label={t('work.fact.save')} disabled={working} /><Button variant="secondary" label={t('app.cancel')} onClick={close} /></p>
    </form>
  )
}

/** The text is what one came for: the focus goes there when the form opens. */
const focusOnce = (area: HTMLTextAreaElement | null) => area?.focus()
