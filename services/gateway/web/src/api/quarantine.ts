// SPDX-License-Identifier: EUPL-1.2
import { getJson, sendJson } from './client'
import type { DocumentState } from './types'

/** By id, module and day: whose they are and what they say stays with their owners. */
export type CitingAnswers = { total: number; items: { kind: 'message' | 'run'; id: string; module: string; day: string }[] }

const of = (id: string) => `/api/v1/documents/${encodeURIComponent(id)}`
/** From then on it is in no search and no answer. */
export const lockDocument = (id: string): Promise<DocumentState> => sendJson('PUT', `${of(id)}/quarantine`, {})
export const unlockDocument = (id: string): Promise<DocumentState> => sendJson('DELETE', `${of(id)}/quarantine`)
export const fetchCitingAnswers = (id: string): Promise<CitingAnswers> => getJson(`${of(id)}/answers`)
