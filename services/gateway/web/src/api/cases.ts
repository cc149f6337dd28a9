// SPDX-License-Identifier: EUPL-1.2
import { getJson, sendJson } from './client'

/** A case (Vorgang) as the platform offers it: only those that the person has a part in. `reference` is the Aktenzeichen. */
export type Case = { id: string; reference: string; title: string | null; protection_class: string; state: string; updated_at: string; owner_name: string | null; unreadable?: boolean }
export type NewCase = { reference: string; title?: string; protection_class?: string }

export const fetchCases = async (): Promise<Case[]> => (await getJson<{ items: Case[] }>('/api/v1/cases')).items
export const createCase = (wanted: NewCase): Promise<Case> => sendJson('POST', '/api/v1/cases', wanted)

/** Under the Steuergeheimnis a retrieval names its case in this header; null where none is asked for. */
export const forCase = (id: string | null): Record<string, string> => (id === null ? {} : { 'x-case': id })
