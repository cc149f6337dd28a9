// SPDX-License-Identifier: EUPL-1.2
import { getJson, sendJson } from './client'
import type { Limit } from './limits'
import type { Card, Withheld } from './cards'
import type { Label, Mode } from './types'

/** Routes of administrators, auditors and operators, as far as the UI reads them. */
type List<T> = { items: T[] }
const enc = encodeURIComponent
const of = (authority: string): string => `/api/v1/authorities/${enc(authority)}`

export type Member = { name: string | null; username: string | null; units: string[]; roles: string[] }
export const fetchMembers = async (authority: string): Promise<Member[]> => (await getJson<List<Member>>(`${of(authority)}/members`)).items

export type ModuleSwitch = { id: string; version: string; title: Label; description: Label; mode: Mode; protection_classes: string[]; card?: Card | null; external?: boolean; enabled: boolean }
export type SwitchList = { items: ModuleSwitch[]; withheld: Withheld[] }
export const fetchSwitches = (authority: string): Promise<SwitchList> => getJson(`${of(authority)}/modules`)
export const setSwitch = (authority: string, module: string, enabled: boolean): Promise<ModuleSwitch> =>
  sendJson('PUT', `${of(authority)}/modules/${enc(module)}`, { enabled })

export type LimitName = 'tokens_per_day' | 'requests_per_day' | 'tokens_per_month'
export const SCOPES = ['authority', 'person', 'application', 'api_token', 'model'] as const
export type LimitScope = (typeof SCOPES)[number]
export type LimitValues = Partial<Record<LimitName, number | null>>
export type LimitSet = Partial<Record<LimitScope, LimitValues>>
export type CostCentre = { code: string; tokens_per_month: number; units: string[]; applications: string[] }
export type AuthorityLimits = {
  own: LimitSet & { models?: Record<string, LimitValues>; cost_centres?: CostCentre[] }
  tighter: LimitSet
  bounds: Record<LimitScope, Partial<Record<LimitName, number>>>
  effective: Record<LimitScope, Partial<Record<LimitName, number>>>
  used: { day: Limit[]; month: Limit[] }
}
export const fetchLimits = (authority: string): Promise<AuthorityLimits> => getJson(`${of(authority)}/limits`)
export const setLimits = (authority: string, own: AuthorityLimits['own']): Promise<AuthorityLimits> => sendJson('PUT', `${of(authority)}/limits`, own)
export const tightenLimits = (authority: string, limits: LimitSet): Promise<AuthorityLimits> => sendJson('PUT', `${of(authority)}/limits/tighter`, limits)

export type Period = { kind: string; title: string; since: string; purpose: string; basis: string; bound: number; own: number | null; days: number }
export const fetchPeriods = async (authority: string): Promise<Period[]> => (await getJson<List<Period>>(`${of(authority)}/retention`)).items
export const setPeriods = async (authority: string, days: Record<string, number>): Promise<Period[]> =>
  (await sendJson<List<Period>>('PUT', `${of(authority)}/retention`, { days })).items

export type StockLine = { id: string; name: string; owner: 'unit' | 'authority'; unit: string | null; protection_class: string; purpose?: string | null; uses?: string[] | null; documents: number | null; pages: number | null; bytes: number | null; changed_at: string | null }
export const fetchStock = async (authority: string): Promise<StockLine[]> => (await getJson<List<StockLine>>(`${of(authority)}/knowledge-bases`)).items

export type UsageRow = { authority: string; day: string; kind: string; requests: number | null; input_tokens: number | null; output_tokens: number | null; suppressed: boolean }
export const fetchUsage = async (): Promise<UsageRow[]> => (await getJson<List<UsageRow>>('/api/v1/usage?days=31')).items

export type AuthorityLine = { id: string; short: string; name: string; kind: string; parent: string | null; state: string; knowledge_bases: number; tokens_per_month: number }
export const fetchAuthorities = async (): Promise<AuthorityLine[]> => (await getJson<List<AuthorityLine>>('/api/v1/authorities')).items

export type ModelLine = { id: string; kind: 'chat' | 'embedding' | 'rerank'; owned_by: string; context_length: number | null; protection_class: string; place?: string | null; temperature?: number | null; output_tokens?: number | null; wh_per_1000_input?: number | null; wh_per_1000_output?: number | null }
export const fetchModelLines = async (): Promise<ModelLine[]> => (await getJson<List<ModelLine>>('/api/v1/operation/models')).items

export type ModelLoad = { in_flight: number; limit: number; authorities: Record<string, number> }
export const fetchModelLoad = (): Promise<ModelLoad> => getJson('/api/v1/operation/load')

export const STOP_REASONS = ['vorfall', 'fehler', 'wartung', 'anordnung'] as const
export type ModelStop = { id: string; model: string | null; authority: string | null; reason: string; stopped_at: string }
const STOPS = '/api/v1/operation/model-stops'
export const fetchModelStops = async (): Promise<ModelStop[]> => (await getJson<List<ModelStop>>(STOPS)).items
export const stopModel = (model: string | null, authority: string | null, reason: string): Promise<ModelStop> => sendJson('POST', STOPS, { model, authority, reason })
export const releaseModel = (stop: string): Promise<void> => sendJson('DELETE', `${STOPS}/${enc(stop)}`)

export type Condition = 'ok' | 'degraded' | 'down'
export type Health = { status: Condition; checks: Record<string, Condition> }
export async function fetchHealth(): Promise<Health> {
  const response = await fetch('/api/v1/health/ready', { credentials: 'same-origin' })
  return (await response.json()) as Health // 503 says it in its body
}

export const acceptTerms = (version: string): Promise<{ version: string; accepted_at: string }> => sendJson('POST', '/api/v1/me/terms', { version })
