// SPDX-License-Identifier: EUPL-1.2
import { forCase } from './cases'
import { getJson, sendJson } from './client'
import type { Citation, Message, Mode, MessageState } from './types'

/** Conversations shared inside the authority, as frozen copies. */
export type Snapshot = {
  id: string
  title: string | null
  shared_by: string
  own: boolean
  conversation: string | null
  recipients: { kind: 'person' | 'unit'; name: string; unit: string | null }[]
  show_answers: boolean
  messages: number
  protection_class: string
  created_at: string
  expires_at: string
}
/** A source that the reader may not read: its number and nothing else. */
export type HiddenCitation = { number: number; withheld: true }
export type SnapshotMessage = {
  role: 'user' | 'assistant'
  text: string
  withheld: boolean
  citations: (Citation | HiddenCitation)[]
  unsupported?: Message['unsupported']
  mode: Mode | null
  model: string | null
  state: MessageState
  files: string[]
  protection_class: string
  created_at: string
}
export type SnapshotContent = Snapshot & { items: SnapshotMessage[]; ai_note: string }
export type NewSnapshot = { recipients: ({ username: string } | { unit: string })[]; expires_at: string; show_answers: boolean }
export type SharedHow = 'by_me' | 'with_me'

const enc = encodeURIComponent
type List = { items: Snapshot[]; next: string | null }
const ofConversation = (conversation: string) => `/api/v1/conversations/${enc(conversation)}/snapshots`

export const shareConversation = (conversation: string, body: NewSnapshot): Promise<Snapshot> => sendJson('POST', ofConversation(conversation), body)
export const fetchShares = async (conversation: string): Promise<Snapshot[]> => (await getJson<List>(ofConversation(conversation))).items
/** A page of the list; `after` is the `next` of the page before. */
export const fetchSnapshots = (shared: SharedHow, after?: string): Promise<List> => getJson(`/api/v1/snapshots?shared=${shared}${after ? `&after=${enc(after)}` : ''}`)
export const fetchSnapshot = (id: string, caseId: string | null): Promise<SnapshotContent> => getJson(`/api/v1/snapshots/${enc(id)}`, forCase(caseId))
export const endSnapshot = (id: string): Promise<void> => sendJson('DELETE', `/api/v1/snapshots/${enc(id)}`)
