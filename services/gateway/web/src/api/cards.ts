// SPDX-License-Identifier: EUPL-1.2
import type { Label, Reason } from './types'

/** A function's entry in the register of AI uses. */
export type Card = { purpose: Label; role: string; risk_class: string; annex_iii: Label; approver: string; approved_on: string; expires_on: string }
export type PromptFile = { name: string; version: string; text: string }
/** Of a manifest; `external` = of another provider. */
export type Provenance = { card?: Card | null; prompts?: PromptFile[]; external?: boolean }
/** Known, but offered to nobody. */
export type Withheld = { id: string; title: Label; external: boolean; reason: Reason }
