// SPDX-License-Identifier: EUPL-1.2
import { forCase } from './cases'
import { sendJson } from './client'
import { sentOf, type Filter } from '../searchcheck/filter'
import type { Hit } from './types'

export type QueryWord = { word: string; weight: number; known: boolean; also: string[] }
export type BranchPlace = { branch: string; rank: number; share: number }
export type ExplainedHit = { hit: Hit; branches: BranchPlace[]; words: string[]; cited: boolean; near: number }
/** How a search came to its hits (`SearchExplanation` of the gateway). */
export type Explanation = {
  reading: { form: 'question' | 'keywords' | 'statement'; words: QueryWord[]; kinds: string[]; references: string[]; laws: string[] }
  hits: ExplainedHit[]
  verdict: { answerable: boolean; confidence: number; elsewhere?: string | null }
  threshold: number
  candidates: number
  steps: { name: 'question' | 'index' | 'ranking' | 'rerank' | 'verdict'; milliseconds: number }[]
  searched: { knowledge_bases: number; documents: number; filter?: object | null }
}

export const explainSearch = (kb: string, query: string, filter: Filter, caseId: string | null): Promise<Explanation> =>
  sendJson('POST', `/api/v1/knowledge-bases/${encodeURIComponent(kb)}/search/explain`, { query, limit: 20, ...sentOf(filter) }, forCase(caseId))
