// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { SCOPES, type AuthorityLimits, type LimitName, type LimitScope, type LimitSet } from '../api/administration'
import { ApiError } from '../api/client'
import { ErrorNote } from '../errors'
import { ErrorSummary, type FormError } from '../forms/ErrorSummary'
import { useI18n, type Key } from '../i18n'
import { Button } from '../kern/Button'
import { Note } from '../kern/Note'
import { TextInput } from '../kern/TextInput'

const UNITS: Record<LimitName, Key> = { tokens_per_day: 'adm.limit.tokens.day', requests_per_day: 'adm.limit.requests.day', tokens_per_month: 'adm.limit.tokens.month' }
const NAMES = Object.keys(UNITS) as LimitName[]
const MOST = 2 ** 50
type Texts = Record<string, string>
type Props = {
  values: LimitSet
  bounds: AuthorityLimits['bounds']
  /** What stands below a field, from its bound. */
  hint: (bound: number) => string
  save: (wanted: LimitSet) => Promise<unknown>
}
const place = (scope: LimitScope, name: LimitName): string => `${scope}/${name}`
const fieldsOf = (bounds: AuthorityLimits['bounds']) => SCOPES.flatMap((scope) => NAMES.filter((name) => bounds[scope][name] !== undefined).map((name) => [scope, name] as const))
/** Digits, also in groups of three with what either language puts between them; "1.5" is no whole number. */
const read = (text: string): number | null => {
  if (!/^\s*(\d{1,15}|\d{1,3}([.,\s]\d{3})+)\s*$/.test(text)) return null
  const value = Number(text.replace(/\D/g, ''))
  return value <= MOST ? value : null
}

/** A field for each limit; an empty one is none of one's own. Errors of the server are shown at their fields. */
export function LimitsForm({ values, bounds, hint, save }: Props) {
  const { t, number } = useI18n()
  const id = useId()
  const [texts, setTexts] = useState<Texts>(() => Object.fromEntries(fieldsOf(bounds).map(([scope, name]) => {
    const value = values[scope]?.[name]
    return [place(scope, name), value === undefined || value === null ? '' : number(value)]
  })))
  const [errors, setErrors] = useState<Texts>({})
  const [serial, setSerial] = useState(0)
  const [failure, setFailure] = useState<unknown>(null)
  const [state, setState] = useState<'' | 'saving' | 'saved'>('')

  const refuse = (found: Texts) => {
    setErrors(found)
    setSerial((old) => old + 1)
    setState('')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setFailure(null)
    const wrong = Object.entries(texts).filter(([, text]) => text.trim() && read(text) === null)
    if (wrong.length) return refuse(Object.fromEntries(wrong.map(([at]) => [at, t('adm.limit.number')])))
    const wanted: LimitSet = {}
    for (const [scope, name] of fieldsOf(bounds)) {
      const value = read(texts[place(scope, name)] ?? '')
      if (value !== null) wanted[scope] = { ...wanted[scope], [name]: value }
    }
    setErrors({})
    setState('saving')
    save(wanted).then(() => setState('saved'), (error: unknown) => {
      const told = error instanceof ApiError ? (error.problem.errors ?? []) : []
      if (told.length) return refuse(Object.fromEntries(told.map((one) => [one.pointer.slice(1), one.detail])))
      setState('')
      setFailure(error)
    })
  }
  const list: FormError[] = Object.entries(errors).map(([at, text]) => ({ id: `${id}${at}`, label: labelOf(at, t), text }))
  return (
    <form className="form limits" noValidate onSubmit={submit}>
      {list.length > 0 && <ErrorSummary errors={list} serial={serial} />}
      {failure !== null && <ErrorNote error={failure} />}
      <div className="limit-groups">
        {SCOPES.map((scope) => (
          <fieldset key={scope} className="limit-group">
            <legend>{t(`adm.limit.${scope}`)}</legend>
            {fieldsOf(bounds).filter(([one]) => one === scope).map(([, name]) => {
              const at = place(scope, name)
              return <TextInput key={name} id={`${id}${at}`} label={t(UNITS[name])} hint={hint(bounds[scope][name] ?? 0)} error={errors[at]} value={texts[at] ?? ''} inputMode="numeric" autoComplete="off" onChange={(text) => {
                setTexts((old) => ({ ...old, [at]: text }))
                setState('')
              }} />
            })}
          </fieldset>
        ))}
      </div>
      <div className="row"><Button type="submit" variant="primary" label={t('adm.limit.save')} disabled={state === 'saving'} /></div>
      <div aria-live="polite">{state === 'saved' && <Note kind="success">{t('duty.saved')}</Note>}</div>
    </form>
  )
}

function labelOf(at: string, t: (key: Key) => string): string {
  const [scope, name] = at.split('/') as [LimitScope, LimitName]
  return SCOPES.includes(scope) && name in UNITS ? `${t(`adm.limit.${scope}`)}, ${t(UNITS[name])}` : ''
}
