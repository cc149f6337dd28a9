// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import type { AuthorityLine } from '../api/administration'
import type { AuditQuery } from '../api/audit'
import { ErrorSummary } from '../forms/ErrorSummary'
import { useI18n, type Key } from '../i18n'
import { Button } from '../kern/Button'
import { Choice } from '../kern/Choice'
import { TextInput } from '../kern/TextInput'
import { AREAS, check, queryOf, REASONS, start, type Wanted, type Wrong } from './query'

const LABELS: Record<keyof Wanted, Key> = { since: 'aud.since', until: 'aud.until', area: 'aud.area', authority: 'aud.authority', person: 'aud.person', reason: 'aud.reason', object: 'aud.object' }

export function SearchForm({ authorities, onSearch, busy }: { authorities: readonly AuthorityLine[]; onSearch: (query: AuditQuery) => void; busy: boolean }) {
  const { t } = useI18n()
  const id = useId()
  const [wanted, setWanted] = useState<Wanted>(() => start(new Date()))
  const [wrong, setWrong] = useState<Wrong>({})
  const [serial, setSerial] = useState(0)
  const set = (name: keyof Wanted) => (value: string) => setWanted((old) => ({ ...old, [name]: value }))
  const errorOf = (name: keyof Wanted): string | undefined => (wrong[name] ? t(wrong[name]) : undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = check(wanted)
    setWrong(found)
    if (Object.keys(found).length) setSerial((old) => old + 1)
    else onSearch(queryOf(wanted))
  }
  const errors = (Object.keys(wrong) as (keyof Wanted)[]).map((name) => ({ id: `${id}${name}`, label: t(LABELS[name]), text: errorOf(name) ?? '' }))
  return (
    <search aria-label={t('aud.search')}>
      <form className="form" noValidate onSubmit={submit}>
        {errors.length > 0 && <ErrorSummary errors={errors} serial={serial} />}
        <div className="fields">
          <TextInput id={`${id}since`} type="date" label={t('aud.since')} value={wanted.since} error={errorOf('since')} onChange={set('since')} />
          <TextInput id={`${id}until`} type="date" label={t('aud.until')} value={wanted.until} onChange={set('until')} />
          <Choice label={t('aud.area')} value={wanted.area} onChange={set('area')} options={[['', t('aud.area.all')], ...AREAS.map((area) => [area, t(`aud.area.${area}`)] as const).toSorted((a, b) => a[1].localeCompare(b[1]))]} />
          <Choice label={t('aud.authority')} value={wanted.authority} onChange={set('authority')} options={[['', t('aud.authority.all')], ['tenant', t('aud.authority.tenant')], ...authorities.map((one) => [one.id, one.name] as const)]} />
        </div>
        <div className="fields">
          <TextInput id={`${id}person`} label={t('aud.person')} hint={t('aud.person.hint')} value={wanted.person} error={errorOf('person')} autoComplete="off" spellCheck={false} onChange={set('person')} />
          {wanted.person.trim() !== '' && <Choice id={`${id}reason`} label={t('aud.reason')} value={wanted.reason} error={errorOf('reason')} required onChange={set('reason')} options={[['', t('aud.reason.none')], ...REASONS.map((reason) => [reason, t(`aud.reason.${reason}`)] as const)]} />}
        </div>
        <TextInput id={`${id}object`} label={t('aud.object')} value={wanted.object} error={errorOf('object')} autoComplete="off" spellCheck={false} onChange={set('object')} />
        <div className="row"><Button type="submit" variant="primary" icon="search" label={t('aud.go')} disabled={busy} /></div>
      </form>
    </search>
  )
}
