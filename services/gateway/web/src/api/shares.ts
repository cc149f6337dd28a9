// SPDX-License-Identifier: EUPL-1.2
import { getJson, sendJson } from './client'
import type { Authority, KnowledgeBase } from './types'

/** Who reads or writes a knowledge base inside the own authority, and what authorities share with each other. */
export type GranteeKind = 'person' | 'unit' | 'authority'
export type Access = 'read' | 'write'
export type Grant = { grantee_kind: GranteeKind; grantee: string; access: Access; name: string | null }
export type NewGrant = { grantee_kind: GranteeKind; grantee?: string; username?: string; access: Access }
export type Grants = { items: Grant[]; units: { id: string; name: string }[] }
export type Share = { id: string; authority: Authority; state: 'offered' | 'accepted'; offered_at: string; accepted_at: string | null }
export type Shares = { items: Share[]; authorities: Authority[] }
export type IncomingShare = Share & { knowledge_base: string | null; name: string; protection_class: string; purpose?: string | null; uses?: string[] | null }

const base = (id: string): string => `/api/v1/knowledge-bases/${encodeURIComponent(id)}`
const share = (id: string): string => `/api/v1/shares/${encodeURIComponent(id)}`

export const fetchGrants = (id: string): Promise<Grants> => getJson(`${base(id)}/grants`)
/** All of them: what is not in the list is taken back. */
export const putGrants = (id: string, items: (Grant | NewGrant)[]): Promise<Grants> =>
  sendJson('PUT', `${base(id)}/grants`, { items: items.map(({ grantee_kind, access, ...who }) => ({ grantee_kind, access, ...('username' in who && who.username ? { username: who.username } : { grantee: who.grantee }) })) })
export const moveKnowledgeBase = (id: string, body: { owner: string; unit?: string }): Promise<KnowledgeBase> => sendJson('PUT', `${base(id)}/owner`, body)

export const fetchBaseShares = (id: string): Promise<Shares> => getJson(`${base(id)}/shares`)
export const offerShare = (id: string, authority: string): Promise<Share> => sendJson('POST', `${base(id)}/shares`, { authority })
export const fetchIncomingShares = async (): Promise<IncomingShare[]> => (await getJson<{ items: IncomingShare[] }>('/api/v1/shares')).items
export const acceptShare = (id: string): Promise<void> => sendJson('POST', `${share(id)}/accept`)
/** Take back, decline or end: from either side. */
export const endShare = (id: string): Promise<void> => sendJson('DELETE', share(id))
