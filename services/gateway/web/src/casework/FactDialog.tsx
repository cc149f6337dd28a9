// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import type { FactChange } from '../api/caseVersions'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Choice } from '../kern/Choice'
import { Dialog } from '../kern/Dialog'
import { Note } from '../kern/Note'
import { TextInput } from '../kern/TextInput'

type Kind = 'text' | 'number' | 'bool' | 'other'
const REASON_CHARS = 1000
const KEY = /^[A-Za-z0-9_.-]{1,100}$/
const kindOf = (value: unknown): Kind => (typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'bool' : typeof value === 'object' && value !== null ? 'other' : 'text')
const asText = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value))

/** The typed value; undefined where the text is none of its kind. */
function parsed(kind: Kind, text: string): unknown {
  if (kind === 'text') return text.trim() || undefined
  if (kind === 'bool') return text === 'true'
  if (kind === 'number') return /^-?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(',', '.')) : undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

type Props = { name: string | null; value: unknown; /** A person has put the letter into other words. */ rewritten: boolean; onClose: () => void; onSave: (change: FactChange) => Promise<unknown> }

/** Correct a fact (`name`), or add one; never without a reason. */
export function FactDialog({ name, value, rewritten, onClose, onSave }: Props) {
  const { t } = useI18n()
  const form = useId()
  const [key, setKey] = useState(name ?? '')
  const [kind, setKind] = useState<Kind>(kindOf(value))
  const [text, setText] = useState(asText(value))
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const typed = parsed(kind, text)
  const enough = reason.trim().length >= 3
  const save = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    setError(null)
    if (working || typed === undefined || !enough || !KEY.test(key)) return
    setWorking(true)
    onSave({ fact: key, value: typed, reason: reason.trim() }).then(onClose, (why: unknown) => {
      setWorking(false)
      setError(why)
    })
  }
  const wrong = asked && typed === undefined ? t('work.fact.value.error') : undefined
  return (
    <Dialog title={t(name === null ? 'work.facts.add' : 'work.fact.correct')} onClose={onClose} footer={<Button type="submit" form={form} variant="primary" label={t('work.fact.save')} disabled={working} />}>
      <form id={form} noValidate className="form" onSubmit={save}>
        {error !== null && <ErrorNote error={error} />}
        {rewritten && <Note kind="warning">{t('work.letter.again')}</Note>}
        {name === null ? <TextInput label={t('work.fact.key')} value={key} required autoComplete="off" spellCheck={false} onChange={setKey} error={asked && !KEY.test(key) ? t('form.error.required') : undefined} /> : <p><strong>{name}</strong></p>}
        {name === null && <Choice label={t('work.fact.kind')} value={kind} onChange={(next) => {
          setKind(next as Kind)
          setText(next === 'bool' ? 'true' : '')
        }} options={(['text', 'number', 'bool', 'other'] as const).map((one) => [one, t(`work.fact.${one}`)] as const)} />}
        {kind === 'bool'
          ? <Choice label={t('work.fact.value')} value={text} onChange={setText} options={[['true', t('work.facts.yes')], ['false', t('work.facts.no')]]} />
          : <TextInput label={t('work.fact.value')} hint={name === null ? undefined : t(`work.fact.${kind}`)} value={text} required autoComplete="off" onChange={setText} error={wrong} />}
        <TextInput label={t('work.fact.reason')} hint={t('work.fact.reason.hint')} value={reason} maxLength={REASON_CHARS} required autoComplete="off" onChange={setReason} error={asked && !enough ? t('work.fact.reason.error') : undefined} />
      </form>
    </Dialog>
  )
}
