// SPDX-License-Identifier: EUPL-1.2
import type { Case } from './cases'
import { CSRF, getJson, send, sendJson } from './client'
import type { DocumentState } from './types'

export type Status = 'missing' | 'unclear' | 'present' | 'not_applicable'
export type Evidence = { file: string; page?: number; quote?: string }
/** As the module gives it; `title` and `legal_basis` where it says them. */
export type Requirement = { status: Status; reason?: string; title?: string; legal_basis?: string[] | string; evidence?: Evidence[] }
/** `file`: as the check read it; `person`: as somebody has set it, and why. */
export type Fact = { source?: 'file' | 'person'; value?: unknown; state?: 'stated' | 'blank' | 'invalid'; raw?: string | null; file?: string | null; page?: number | null; quote?: string | null; by?: string; at?: string; reason?: string; /** What the check had read in its place. */ read?: { value?: unknown } | null }
/** One document as the check took it: a file, a part of one, or what is attached to it. */
export type CheckedDocument = { file: string; pages?: number[]; title?: string | null; names?: string[]; readable: boolean; unreadable_reason?: string | null; notices?: string[]; duplicate_of?: string | null }
export type Signed = { at: string; by: string; deadline: string | null }
export type VersionSummary = { version: number; sha256: string; made_at: string; by: string; based_on: number | null; checked: boolean; complete: boolean; counts: Record<Status, number>; signed: Signed | null }
export type Version = VersionSummary & {
  rule_set: string
  files: { file: string; name: string }[]
  facts: Record<string, Fact>
  set_facts: Record<string, unknown>
  documents: CheckedDocument[]
  requirements: Record<string, Requirement>
  accepted: Record<string, { by: string; at: string }>
  switched_off?: Record<string, string>
  letter: { text: string; items: string[]; rewritten: { by: string; at: string } | null; reason: string | null } | null
}
export type ChangedPart = { name: string; before: unknown; after: unknown }
export type Difference = Record<'facts' | 'requirements' | 'accepted' | 'files' | 'rule_set', ChangedPart[]> & { letter_changed: boolean }
export type OneCase = Case & { rights: string[] }
export type CaseFile = { file: string; own: boolean; added_at: string; state: DocumentState | null }
export type FactChange = { fact: string; value?: unknown; withdraw?: boolean; reason: string }
export type Changes = { version: number; facts?: FactChange[]; accepted?: string[]; letter?: { text: string; reason: string } }
export type ExportFormat = 'text' | 'docx' | 'e-akte'

const at = (id: string): string => `/api/v1/cases/${encodeURIComponent(id)}`
export const fetchCase = (id: string): Promise<OneCase> => getJson(at(id))
export const fetchCaseFiles = async (id: string): Promise<CaseFile[]> => (await getJson<{ items: CaseFile[] }>(`${at(id)}/files`)).items
export const addCaseFile = (id: string, file: string): Promise<unknown> => sendJson('POST', `${at(id)}/files`, { file })
export const removeCaseFile = (id: string, file: string): Promise<void> => sendJson('DELETE', `${at(id)}/files/${encodeURIComponent(file)}`)
export const fetchVersions = async (id: string): Promise<VersionSummary[]> => (await getJson<{ items: VersionSummary[] }>(`${at(id)}/versions`)).items
export const fetchVersion = (id: string, number: number): Promise<Version> => getJson(`${at(id)}/versions/${number}`)
/** What is different in version `after`; null = not there. */
export const fetchDifference = (id: string, before: number, after: number): Promise<Difference> => getJson(`${at(id)}/versions/${before}/difference/${after}`)
export const changeVersion = (id: string, changes: Changes): Promise<Version> => sendJson('POST', `${at(id)}/corrections`, changes)
export const signVersion = (id: string, seen: VersionSummary, deadline: string | null): Promise<Version> =>
  sendJson('POST', `${at(id)}/sign-off`, { version: seen.version, sha256: seen.sha256, ...(deadline ? { deadline } : {}) })
/** Takes the result of a finished check over as the next version. */
export const takeOver = (id: string, run: string): Promise<Version> => sendJson('POST', `${at(id)}/versions`, { run })
/** What was signed off, as a file; a refusal is an error to be told, not a file. */
export async function download(id: string, version: number, format: ExportFormat): Promise<Blob> {
  const response = await send(`${at(id)}/export?format=${format}&version=${version}`, { headers: CSRF })
  return response.blob()
}
