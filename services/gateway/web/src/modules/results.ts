// SPDX-License-Identifier: EUPL-1.2
/** Results that are more than a text, as the modules publish them. */

import type { CheckedDocument, Fact, Requirement } from '../api/caseVersions'

export type Severity = 'must' | 'should'
export type Finding = { rule: string; severity: Severity; char_from: number; char_to: number; quote: string; detail: string; suggestion?: string | null }
export type CheckedSentence = { text: string; char_from: number; char_to: number; words: number; findings: Finding[] }
export type Readability = { sentences: number; words: number; words_per_sentence: number; longest_sentence: number; long_words: number; wiener: number; lix: number; flesch: number }
export type LanguageReport = { passed: boolean; readability: Readability; counts: Record<string, number>; sentences: CheckedSentence[] }
export type SimplifyResult = { text: string; level: 'einfach' | 'leicht'; before: LanguageReport; after?: LanguageReport | null; lost?: string[]; sources?: Record<string, number> }

export const isSimplified = (result: object): result is SimplifyResult => 'before' in result && 'level' in result

export type FoundAt = { raw: string; value: unknown; page?: number | null; citation: number }
export type ExtractedField = { path: string; label: string; state: 'found' | 'missing' | 'invalid' | 'ambiguous'; value: unknown; raw?: string | null; how?: string | null; required: boolean; reason: string; places: FoundAt[] }
export type ExtractResult = { values: Record<string, unknown>; fields: ExtractedField[] }

export const isExtracted = (result: object): result is ExtractResult => 'values' in result && 'fields' in result

/** A check of completeness; `files` are those whose pages can be shown. */
export type CompletenessResult = { rule_set: string; principle: string; reference_date: string; application_file: string | null; complete: boolean; files?: { file: string; name: string }[]; facts: Record<string, Fact>; documents: CheckedDocument[]; requirements: Record<string, Requirement>; switched_off?: Record<string, string>; letter: { items: string[]; text: string } }

export const isCheckedApplication = (result: object): result is CompletenessResult => 'rule_set' in result && 'requirements' in result && 'documents' in result
