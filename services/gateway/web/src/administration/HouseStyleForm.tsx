// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { ApiError } from '../api/client'
import { KINDS, saveHouseStyle, type DraftKind, type HouseStyle, type HouseStyleView } from '../api/houseStyle'
import { ErrorNote } from '../errors'
import { ErrorSummary } from '../forms/ErrorSummary'
import { useI18n, type Key } from '../i18n'
import { Button } from '../kern/Button'
import { Note } from '../kern/Note'
import { TextArea } from '../kern/TextArea'
import { TextInput } from '../kern/TextInput'
import { fieldOf, trimmed, wordsAsText, wordsOf } from './houseStyle'

const LINES = { department: 200, salutation: 200 } as const
const BLOCKS = { address: 3, contact: 3, closing: 4 } as const
type Texts = 'department' | 'address' | 'contact' | 'salutation' | 'closing'
const ORDER: readonly Texts[] = ['department', 'address', 'contact', 'salutation', 'closing']

/** One form, saved as a whole as the next version; the server's complaints stand at their fields. */
export function HouseStyleForm({ authority, style, onSaved }: { authority: string; style: HouseStyle; onSaved: (fresh: HouseStyleView) => void }) {
  const { t } = useI18n()
  const id = useId()
  const [draft, setDraft] = useState(style)
  const [words, setWords] = useState(() => wordsAsText(style.words))
  const [wrong, setWrong] = useState<Record<string, string>>({})
  const [serial, setSerial] = useState(0)
  const [saved, setSaved] = useState(false)
  const [error, setError] = useState<unknown>(null)

  const titleOf = (field: string): string => t((field.startsWith('templates.') ? field.replace('templates.', 'style.template.') : `style.${field}`) as Key)
  const refuse = (faults: Record<string, string>) => {
    setWrong(faults)
    setSerial((old) => old + 1)
  }
  const change = (part: Partial<HouseStyle>) => {
    setDraft((old) => ({ ...old, ...part }))
    setSaved(false)
  }
  const failed = (reason: unknown) => {
    const errors = reason instanceof ApiError ? (reason.problem.errors ?? []) : []
    if (errors.length) refuse(Object.fromEntries(errors.map((one) => [fieldOf(one.pointer), one.detail])))
    else setError(reason)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setError(null)
    setSaved(false)
    setWrong({})
    const found = wordsOf(words)
    if ('wrong' in found) {
      refuse({ words: t('style.words.wrong', { line: found.wrong }) })
      return
    }
    saveHouseStyle(authority, trimmed({ ...draft, number: style.number, words: found.words })).then((fresh) => {
      onSaved(fresh)
      setSaved(true)
    }, failed)
  }
  return (
    <form className="form" noValidate onSubmit={submit}>
      {Object.keys(wrong).length > 0 && <ErrorSummary serial={serial} errors={Object.entries(wrong).map(([field, text]) => ({ id: `${id}${field}`, label: titleOf(field), text }))} />}
      {error !== null && <ErrorNote error={error} />}
      {ORDER.map((name) => {
        const common = { id: `${id}${name}`, label: titleOf(name), hint: t(`style.${name}.hint`), error: wrong[name], value: draft[name], onChange: (text: string) => change({ [name]: text }) }
        return name in LINES ? <TextInput key={name} {...common} maxLength={LINES[name as keyof typeof LINES]} autoComplete="off" /> : <TextArea key={name} {...common} rows={BLOCKS[name as keyof typeof BLOCKS]} maxLength={1000} />
      })}
      <TextArea id={`${id}words`} label={t('style.words')} hint={t('style.words.hint')} error={wrong['words']} rows={5} value={words} onChange={(text) => {
        setWords(text)
        setSaved(false)
      }} />
      <h3>{t('style.templates')}</h3>
      <p className="hint">{t('style.templates.hint')}</p>
      {KINDS.map((kind: DraftKind) => (
        <TextArea key={kind} id={`${id}templates.${kind}`} label={t(`style.template.${kind}`)} hint={t(`style.template.${kind}.hint`)} error={wrong[`templates.${kind}`]} rows={8} maxLength={20_000} value={draft.templates[kind] ?? ''} onChange={(text) => change({ templates: { ...draft.templates, [kind]: text } })} />
      ))}
      <div className="row"><Button type="submit" variant="primary" label={t('style.save')} /></div>
      <div aria-live="polite">{saved && <Note kind="success">{t('style.saved', { number: style.number })}</Note>}</div>
    </form>
  )
}
