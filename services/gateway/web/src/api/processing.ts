// SPDX-License-Identifier: EUPL-1.2
export type ProcessingStepName = 'scan' | 'read' | 'keep' | 'chunk' | 'index'
/** How the last attempt to read a document went; what it did not reach is null. */
export type Processing = {
  steps: { step: ProcessingStepName; ms: number; failed?: boolean }[]
  characters?: number | null
  headings?: number | null
  tables?: number | null
  furniture?: number | null
  chunks?: number | null
}
