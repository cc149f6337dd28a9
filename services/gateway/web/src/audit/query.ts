// SPDX-License-Identifier: EUPL-1.2
import type { AuditQuery } from '../api/audit'
import type { Key } from '../i18n'

export const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const AREAS = ['audit', 'authority', 'budget', 'case', 'conversation', 'document', 'file', 'grant', 'hold', 'knowledge_base', 'limits', 'model', 'module', 'person', 'retention', 'run', 'session', 'terms'] as const
export const REASONS = ['verfahren', 'pruefung', 'auskunft', 'vorfall'] as const
const DAY = 86_400_000
const MOST_DAYS = 366

/** What the form holds; texts as typed. */
export type Wanted = { since: string; until: string; area: string; authority: string; person: string; reason: string; object: string }
export type Wrong = Partial<Record<keyof Wanted, Key>>

const dayOf = (at: Date): string => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`
/** The last 30 days. */
export const start = (now: Date): Wanted => ({ since: dayOf(new Date(now.getTime() - 30 * DAY)), until: dayOf(now), area: '', authority: '', person: '', reason: '', object: '' })

/** Days of the person's own clock; the last one is included. */
const bounds = (wanted: Wanted): [number, number] => {
  const until = new Date(`${wanted.until}T00:00:00`)
  until.setDate(until.getDate() + 1)
  return [new Date(`${wanted.since}T00:00:00`).getTime(), until.getTime()]
}

export function check(wanted: Wanted): Wrong {
  const wrong: Wrong = {}
  const [since, until] = bounds(wanted)
  if (!(since < until && until - since <= MOST_DAYS * DAY)) wrong.since = 'aud.period.wrong'
  const person = wanted.person.trim().toLowerCase()
  if (person && !ID.test(person)) wrong.person = 'aud.id.wrong'
  if (person && !wanted.reason) wrong.reason = 'aud.reason.missing'
  if (wanted.object.trim() && !ID.test(wanted.object.trim().toLowerCase())) wrong.object = 'aud.id.wrong'
  return wrong
}

export function queryOf(wanted: Wanted): AuditQuery {
  const [since, until] = bounds(wanted)
  const person = wanted.person.trim().toLowerCase()
  const object = wanted.object.trim().toLowerCase()
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    ...(wanted.area ? { action: wanted.area } : {}),
    ...(wanted.authority ? { authority: wanted.authority } : {}),
    ...(person ? { person, reason: wanted.reason } : {}),
    ...(object ? { object } : {}),
  }
}
