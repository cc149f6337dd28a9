// SPDX-License-Identifier: EUPL-1.2
import { getJson, sendJson } from './client'

/** Routes of the inspection of retrievals (§§ 6, 7 StDAV). Every call that reads is recorded in the audit trail. */
const CHECKS = '/api/v1/retrieval-checks'
const enc = encodeURIComponent

export const KINDS = ['trefferliste', 'dokumentliste', 'dokument', 'fundstelle', 'seitenbild', 'datei', 'freigabe', 'auftrag'] as const
export const OUTCOMES = ['erteilt', 'abgelehnt', 'gescheitert', 'abgebrochen'] as const
export const DECISIONS = ['zulaessig', 'nicht_zulaessig', 'zu_klaeren'] as const
export type Decision = (typeof DECISIONS)[number]

/** One retrieval: `login` is the user id, `reference` the Aktenzeichen, `category` the protection class. */
export type Entry = {
  id: string; at: string; person: string; application: string | null; login: string; kind: string; category: string | null
  case: string | null; reference: string | null; object: string | null; hits: number | null; outcome: string; status: number | null
}
export type LogQuery = { period_from: string; period_until: string; kind?: string; outcome?: string; category?: string; case?: string }
export type LogPage = { items: Entry[]; next: string | null }
export const fetchLog = (query: LogQuery, after?: string): Promise<LogPage> =>
  getJson(`/api/v1/retrievals?${new URLSearchParams({ ...query, limit: '50', ...(after ? { after } : {}) }).toString()}`)

export type Check = {
  id: string; at: string; period_from: string; period_until: string; seed: string; population: number; size: number
  closed_at: string | null; digest: string | null; counts: Partial<Record<Decision | 'offen', number>>
}
export type Item = { position: number; retrieval: string; entry: Entry | null; decision: Decision | 'offen'; reason: string | null; decided_at: string | null }
export type CheckWithItems = Check & { items: Item[] }
export type NewCheck = { period_from: string; period_until: string; size: number; seed?: string }

export const fetchChecks = async (): Promise<Check[]> => (await getJson<{ items: Check[] }>(CHECKS)).items
export const fetchCheck = (id: string): Promise<CheckWithItems> => getJson(`${CHECKS}/${enc(id)}`)
export const drawCheck = (wanted: NewCheck): Promise<CheckWithItems> => sendJson('POST', CHECKS, wanted)
export const decide = (check: string, retrieval: string, decision: Decision, reason: string): Promise<void> =>
  sendJson('PUT', `${CHECKS}/${enc(check)}/items/${enc(retrieval)}`, { decision, ...(reason ? { reason } : {}) })
export const closeCheck = (id: string, open: boolean): Promise<CheckWithItems> => sendJson('POST', `${CHECKS}/${enc(id)}/close`, { open })
export const exportOf = (id: string, format: 'csv' | 'json'): string => `${CHECKS}/${enc(id)}/export?format=${format}`
