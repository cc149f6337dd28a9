// SPDX-License-Identifier: EUPL-1.2
import { ApiError, CSRF, getJson, send, sendJson } from './client'
import type { SignedReceipt } from './types'

const enc = encodeURIComponent

export type AuditRecord = {
  chain: string; seq: number; at: string; authority: string | null; actor: string | null; application: string | null
  action: string; object_kind: string | null; object: string | null; outcome: string; facts: Record<string, unknown>
}
export type AuditQuery = { since: string; until: string; action?: string; authority?: string; person?: string; reason?: string; object?: string }
export type AuditPage = { items: AuditRecord[]; next: string | null }
export const searchAudit = (query: AuditQuery, after?: string): Promise<AuditPage> =>
  sendJson('POST', '/api/v1/audit/search', { ...query, ...(after ? { after } : {}) })
export const AUDIT_EXPORT = '/api/v1/audit/export'

export type CheckResult = {
  holds: boolean; records: number; chains: number; checkpoints: number; faults: number; at: string
  first_faults: { kind: string; chain: string | null; seq: number; text: string }[]
}
type CheckLine = { records: number; total: number } | { result: CheckResult }

/** Has the server check the trail; null where the stream ended before its result. */
export async function verifyAudit(progress: (records: number, total: number) => void): Promise<CheckResult | null> {
  const response = await send('/api/v1/audit/verify', { method: 'POST', headers: { ...CSRF, accept: 'application/x-ndjson' } })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let result: CheckResult | null = null
  try {
    for (;;) {
      const part = await reader?.read()
      if (!part || part.done) return result
      const lines = (rest + part.value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines.filter(Boolean)) {
        const said = JSON.parse(line) as CheckLine
        if ('result' in said) result = said.result
        else progress(said.records, said.total)
      }
    }
  } catch {
    throw new ApiError(0, { code: 'network' })
  }
}

export type Checkpoint = { number: number; at: string; records: number; chains: number; signatures: { key: string; by: 'operator' | 'witness' | 'unknown' }[] }
export type CheckpointState = { items: Checkpoint[]; every_minutes: number; uncovered: number; unwitnessed: number; witnesses: string[]; operator: string }
export const fetchCheckpoints = (): Promise<CheckpointState> => getJson('/api/v1/audit/checkpoints?limit=10')

export type Hold = { id: string; person: string; case: string | null; reason: string; set_at: string; lifted_at: string | null; lifted_reason: string | null }
export const fetchHolds = async (): Promise<Hold[]> => (await getJson<{ items: Hold[] }>('/api/v1/holds')).items
export const setHold = (target: { person: string } | { case: string }, reason: string): Promise<Hold> => sendJson('POST', '/api/v1/holds', { ...target, reason })
export const liftHold = (hold: string, reason: string): Promise<Hold> => sendJson('POST', `/api/v1/holds/${enc(hold)}/lift`, { reason })

export const fetchReceipt = (id: string): Promise<SignedReceipt> => getJson(`/api/v1/receipts/${enc(id)}`)
