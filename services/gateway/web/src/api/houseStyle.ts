// SPDX-License-Identifier: EUPL-1.2
import { getJson, sendJson } from './client'

/** The house style of an authority: what its drafts have in common, and its own templates. */
export const KINDS = ['brief', 'email', 'vermerk', 'rede'] as const
export type DraftKind = (typeof KINDS)[number]
export type Word = { instead_of: string; say: string }
export type HouseStyle = { number: number; department: string; address: string; contact: string; salutation: string; closing: string; words: Word[]; templates: Partial<Record<DraftKind, string>> }
export type HouseStyleView = { style: HouseStyle; versions: { number: number; created_at: string }[] }

const of = (authority: string): string => `/api/v1/authorities/${encodeURIComponent(authority)}/house-style`
export const fetchHouseStyle = (authority: string): Promise<HouseStyleView> => getJson(of(authority))
export const fetchHouseStyleVersion = (authority: string, number: number): Promise<HouseStyle> => getJson(`${of(authority)}/${number}`)
export const saveHouseStyle = (authority: string, style: HouseStyle): Promise<HouseStyleView> => sendJson('PUT', of(authority), style)
