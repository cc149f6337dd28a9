// SPDX-License-Identifier: EUPL-1.2
import { ApiError } from '../api/client'
import type { Manifest } from '../api/types'

const NAMED = ['knowledge_bases', 'documents', 'files'] as const
const SEARCHING: readonly string[] = ['search', 'documents.read']
const READING: readonly string[] = [...SEARCHING, 'files.read']

/** Whether a module ever opens sources: then its form has a place for the case. */
export const mayRead = (module: Manifest): boolean => module.scopes?.some((scope) => READING.includes(scope)) ?? true

/** Whether a run with these values opens sources. The gateway decides; this asks for the case before it has to refuse. */
export function readsSources(module: Manifest, values: Record<string, unknown>): boolean {
  const named = NAMED.some((field) => Array.isArray(values[field]) && values[field].length > 0)
  return named || (module.scopes?.some((scope) => SEARCHING.includes(scope)) ?? false)
}

/** Refusals that another choice of the case can help. */
export const isAboutCase = (error: unknown): boolean => error instanceof ApiError && (error.code === 'case_required' || error.code === 'case_not_found')
