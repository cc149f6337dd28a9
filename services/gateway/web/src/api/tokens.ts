// SPDX-License-Identifier: EUPL-1.2
import { CSRF, getJson, send, sendJson } from './client'

/** Keys of one's own for programs; `token` is told once, when one is made. */
const MINE = '/api/v1/me/tokens'

export const TOKEN_SCOPES = ['modules.run', 'chat.completions', 'models.read', 'embeddings', 'search', 'documents.read', 'documents.write'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]
export type ApiToken = { id: string; name: string; scopes: string[]; created_at: string; expires_at: string; last_used_on: string | null; revoked_at: string | null }
export type NewToken = { name: string; scopes: TokenScope[]; expires_in_days: number }

export const fetchTokens = async (): Promise<ApiToken[]> => (await getJson<{ items: ApiToken[] }>(MINE)).items
/** Of the whole authority, for its administration: whose it is, and never when it was used. */
export type TokenOfAuthority = Omit<ApiToken, 'last_used_on'> & { owner: { name: string | null; username: string | null } | null }
const ALL = '/api/v1/api-tokens'
export const fetchAllTokens = async (): Promise<TokenOfAuthority[]> => (await getJson<{ items: TokenOfAuthority[] }>(ALL)).items
export const revokeAnyToken = (id: string): Promise<unknown> => send(`${ALL}/${encodeURIComponent(id)}`, { method: 'DELETE', headers: { ...CSRF } })
export const makeToken = (wanted: NewToken): Promise<ApiToken & { token: string }> => sendJson('POST', MINE, wanted)
export const revokeToken = (id: string): Promise<unknown> => send(`${MINE}/${encodeURIComponent(id)}`, { method: 'DELETE', headers: { ...CSRF } })
