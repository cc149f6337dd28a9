// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useId, useState, type FormEvent } from 'react'
import { ApiError } from '../api/client'
import { fetchGrants, putGrants, type Access, type Grant, type GranteeKind, type NewGrant } from '../api/shares'
import type { KnowledgeBase } from '../api/types'
import { announcer } from '../chat/announcer'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Radios } from '../kern/Radios'
import { TextInput } from '../kern/TextInput'
import { useSession } from '../session'
import { useLoad } from '../useLoad'

const isUnknownName = (error: unknown): boolean => error instanceof ApiError && error.problem.code === 'grantee_unknown'

/** Who may read or write inside the own authority, beside the owner; each with the way to take it back. */
export function GrantsSection({ base }: { base: KnowledgeBase }) {
  const { t } = useI18n()
  const { me } = useSession()
  const id = useId()
  const grants = useLoad(useCallback(() => fetchGrants(base.id), [base.id]))
  const [kind, setKind] = useState<GranteeKind>('person')
  const [access, setAccess] = useState<Access>('read')
  const [username, setUsername] = useState('')
  const [unit, setUnit] = useState('')
  const [wrong, setWrong] = useState('')
  const [error, setError] = useState<unknown>(null)
  const items = grants.data?.items ?? []
  const units = grants.data?.units ?? []
  const save = (wanted: (Grant | NewGrant)[], said: string) => {
    setError(null)
    setWrong('')
    return putGrants(base.id, wanted).then((now) => {
      grants.set(now)
      setUsername('')
      announcer.status(said)
    }, (reason: unknown) => (isUnknownName(reason) && kind === 'person' ? setWrong(t('grants.person.unknown', { name: username })) : setError(reason)))
  }
  const add = (event: FormEvent) => {
    event.preventDefault()
    if (kind === 'person' && !username.trim()) return setWrong(t('grants.person.missing'))
    const who = { person: { username: username.trim() }, unit: { grantee: unit || (units[0]?.id ?? '') }, authority: { grantee: me.authority?.id ?? '' } }[kind]
    return void save([...items, { grantee_kind: kind, access, ...who }], t('grants.added'))
  }
  const nameOf = (grant: Grant): string => (grant.grantee_kind === 'authority' ? t('grants.authority') : (grant.name ?? t('grants.unknown')))
  return (
    <section className="grants" aria-labelledby={`${id}t`}>
      <h3 id={`${id}t`}>{t('grants.title')}</h3>
      {error !== null && <ErrorNote error={error} />}
      {grants.error !== null && <ErrorNote error={grants.error} />}
      {grants.data && !items.length && <p className="hint">{t('grants.none')}</p>}
      {items.length > 0 && (
        <ul className="shares" aria-labelledby={`${id}t`}>
          {items.map((grant) => (
            <li key={grant.grantee}>
              <div><strong>{nameOf(grant)}</strong><span className="hint">{t(`grants.access.${grant.access}`)}</span></div>
              <Button variant="secondary" label={t('grants.end')} aria-label={t('grants.end.of', { name: nameOf(grant) })} onClick={() => void save(items.filter((one) => one !== grant), t('grants.ended'))} />
            </li>
          ))}
        </ul>
      )}
      <form className="form" noValidate onSubmit={add}>
        <Radios legend={t('grants.who')} name={`${id}k`} value={kind} onChange={setKind} options={(['person', 'unit', 'authority'] as const).map((one) => [one, t(`grants.who.${one}`)] as const)} />
        {kind === 'person' && <TextInput label={t('grants.person')} hint={t('grants.person.hint')} error={wrong || undefined} value={username} autoComplete="off" autoCapitalize="none" spellCheck={false} onChange={setUsername} />}
        {kind === 'unit' && (
          <div className="field">
            <label htmlFor={`${id}u`}>{t('grants.unit')}</label>
            <select id={`${id}u`} className="input" value={unit || units[0]?.id} onChange={(event) => setUnit(event.target.value)}>
              {units.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
            </select>
          </div>
        )}
        <Radios legend={t('grants.access')} name={`${id}a`} value={access} onChange={setAccess} options={(['read', 'write'] as const).map((one) => [one, t(`grants.access.${one}`)] as const)} />
        <p><Button type="submit" variant="secondary" icon="plus" label={t('grants.add')} /></p>
      </form>
    </section>
  )
}
