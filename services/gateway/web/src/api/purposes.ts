// SPDX-License-Identifier: EUPL-1.2
import { sendJson } from './client'
import type { KnowledgeBase } from './types'

/** `uses` null = every module and the search. */
export const bindKnowledgeBase = (id: string, body: { purpose: string; uses: string[] | null }): Promise<KnowledgeBase> =>
  sendJson('PATCH', `/api/v1/knowledge-bases/${encodeURIComponent(id)}`, body)
