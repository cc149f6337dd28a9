// SPDX-License-Identifier: EUPL-1.2
import { forCase } from './cases'
import { BACKGROUND, CSRF, getJson, send, sendJson, upload } from './client'
import { endsOf } from './sessionEnds'
import type { DocumentText, PageText } from './documentText'
import type { Conversation, DocumentState, Hit, KnowledgeBase, Manifest, Me, Message, OwnData, Run, SignedReceipt } from './types'

type List<T> = { items: T[]; next?: string | null }
const enc = encodeURIComponent

/** All pages of a list; `most` is a brake against endless lists. */
async function all<T>(path: string, most = 20): Promise<T[]> {
  const items: T[] = []
  let after: string | null | undefined
  for (let page = 0; page < most; page++) {
    const glue = path.includes('?') ? '&' : '?'
    const list = await getJson<List<T>>(after ? `${path}${glue}after=${enc(after)}` : path)
    items.push(...list.items)
    after = list.next
    if (!after) break
  }
  return items
}

/** `background`: only to look, the session is not prolonged by it. */
export async function fetchMe({ background = false } = {}): Promise<Me> {
  const asked = Date.now()
  const me = await getJson<Me>('/api/v1/me', background ? BACKGROUND : {})
  return { ...me, ends: me.session ? endsOf(me.session, asked) : null }
}
export const fetchModules = async (): Promise<Manifest[]> => (await getJson<List<Manifest>>('/api/v1/modules')).items
export const fetchRun = (id: string): Promise<Run> => getJson(`/api/v1/runs/${enc(id)}`)

export const fetchConversations = (): Promise<Conversation[]> => all('/api/v1/conversations')
/** Own conversations in whose title or messages all words of `query` occur. */
export const findConversations = async (query: string): Promise<Conversation[]> =>
  (await getJson<List<Conversation>>(`/api/v1/conversations?q=${enc(query)}`)).items
export const fetchConversation = (id: string): Promise<Conversation> => getJson(`/api/v1/conversations/${enc(id)}`)
export const fetchMessages = (id: string): Promise<Message[]> => all(`/api/v1/conversations/${enc(id)}/messages?which=all`)
export type ConversationChange = { title?: string; pinned?: boolean; active_leaf?: string; knowledge_bases?: string[] }
export const changeConversation = (id: string, change: ConversationChange): Promise<Conversation> =>
  sendJson('PATCH', `/api/v1/conversations/${enc(id)}`, change)
export const deleteConversation = (id: string): Promise<void> => sendJson('DELETE', `/api/v1/conversations/${enc(id)}`)

/** A new session in another of one's own authorities; the page must be loaded again afterwards. */
export const switchAuthority = (authority: string): Promise<void> => sendJson('PUT', '/api/v1/me/authority', { authority })
export const fetchKnowledgeBases = (): Promise<KnowledgeBase[]> => all('/api/v1/knowledge-bases')
export const fetchKnowledgeBase = (id: string): Promise<KnowledgeBase> => getJson(`/api/v1/knowledge-bases/${enc(id)}`)
export const createKnowledgeBase = (body: { name: string; purpose: string; uses: string[] | null; owner: string; unit?: string; protection_class?: string }): Promise<KnowledgeBase> =>
  sendJson('POST', '/api/v1/knowledge-bases', body)
export const deleteKnowledgeBase = (id: string): Promise<void> => sendJson('DELETE', `/api/v1/knowledge-bases/${enc(id)}`)
/** `caseId`: under the Steuergeheimnis for which case it is; null elsewhere. */
export const fetchDocuments = (kb: string, caseId: string | null, superseded: boolean, after?: string): Promise<List<DocumentState>> =>
  getJson(`/api/v1/knowledge-bases/${enc(kb)}/documents?superseded=${superseded}${after ? `&after=${enc(after)}` : ''}`, forCase(caseId))
export const searchIn = async (kb: string, query: string, caseId: string | null): Promise<Hit[]> =>
  (await sendJson<{ hits: Hit[] }>('POST', `/api/v1/knowledge-bases/${enc(kb)}/search`, { query, limit: 10 }, forCase(caseId))).hits
/** Asked again and again while a document or file is being read; a person asked for none of these requests. */
export const followDocument = (id: string, caseId: string | null): Promise<DocumentState> => getJson(`/api/v1/documents/${enc(id)}`, { ...BACKGROUND, ...forCase(caseId) })
export const deleteDocument = (id: string): Promise<void> => sendJson('DELETE', `/api/v1/documents/${enc(id)}`)
/** Reads a failed document once more. */
export const retryDocument = (id: string): Promise<DocumentState> => sendJson('POST', `/api/v1/documents/${enc(id)}/retry`, {})
export const uploadDocument = (kb: string, file: File, progress: (share: number) => void, replaces?: string): Promise<DocumentState> =>
  upload(`/api/v1/knowledge-bases/${enc(kb)}/documents${replaces ? `?replaces=${enc(replaces)}` : ''}`, file, progress)

export const fetchFile = (id: string): Promise<DocumentState> => getJson(`/api/v1/files/${enc(id)}`)
export const followFile = (id: string): Promise<DocumentState> => getJson(`/api/v1/files/${enc(id)}`, BACKGROUND)
export const deleteFile = (id: string): Promise<void> => sendJson('DELETE', `/api/v1/files/${enc(id)}`)
/** Reads a failed file once more. */
export const retryFile = (id: string): Promise<DocumentState> => sendJson('POST', `/api/v1/files/${enc(id)}/retry`, {})
export const uploadFile = (file: File, progress: (share: number) => void, protection: string): Promise<DocumentState> =>
  upload(`/api/v1/files?protection_class=${enc(protection)}`, file, progress)

/** Where the original, its text and its pages are: in a knowledge base, or a file of a chat. */
export type SourceRef = { document: string; file?: string | null }
export const sourceBase = (source: SourceRef): string =>
  source.file ? `/api/v1/files/${enc(source.file)}` : `/api/v1/documents/${enc(source.document)}`
/** The browser loads it by itself, so the case stands in the address. */
export function pageImage(source: SourceRef, page: number, spans: [number, number][], caseId: string | null): string {
  const query = [spans.length ? `highlight=${spans.map(([a, b]) => `${a}-${b}`).join(',')}` : '', caseId === null ? '' : `case=${enc(caseId)}`].filter(Boolean)
  return `${sourceBase(source)}/pages/${page}${query.length ? `?${query.join('&')}` : ''}`
}
export const fetchPageText = (source: SourceRef, page: number, caseId: string | null): Promise<PageText> => getJson(`${sourceBase(source)}/pages/${page}/text`, forCase(caseId))
export const fetchText = (source: SourceRef, from: number, to: number, caseId: string | null): Promise<DocumentText> =>
  getJson(`${sourceBase(source)}/text?char_from=${from}&char_to=${to}`, forCase(caseId))
/** The part of a document without pages that holds the character `at`. */
export const fetchPart = (source: SourceRef, at: number, caseId: string | null): Promise<DocumentText> =>
  getJson(`${sourceBase(source)}/text?part_at=${at}`, forCase(caseId))

export const OWN_DATA = '/api/v1/me/data'
export const fetchOwnData = (): Promise<OwnData> => getJson(`${OWN_DATA}/overview`)
/** Deletes everything, and the account here with it. The confirmation is fetched anew: a page may be open for long. */
export async function eraseOwnData(): Promise<SignedReceipt> {
  const { confirmation } = await fetchOwnData()
  const response = await send(OWN_DATA, { method: 'DELETE', headers: { ...CSRF, accept: 'application/json', 'x-confirmation': confirmation.token } })
  return (await response.json()) as SignedReceipt
}

export type UiConfig = { kopfzeile: string | null; authority: string | null; imprint: string | null; privacy: string | null; contact: string | null }
export const fetchUiConfig = (): Promise<UiConfig> => getJson('/ui-config.json')
export const signOut = (): Promise<{ url?: string; logout_url?: string } | undefined> => sendJson('POST', '/auth/logout')
