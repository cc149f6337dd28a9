// SPDX-License-Identifier: EUPL-1.2
import type { KnowledgeBase, Manifest } from '../api/types'
import type { I18n } from '../i18n'

/** The direct search of people, beside the modules by id. */
export const SEARCH = 'search'
export const PURPOSE_CHARS = 300

/** Whether its purpose covers `use`. Only what to offer: gateway and retrieval decide. */
export const allowsUse = (base: KnowledgeBase, use: string): boolean => base.uses == null || base.uses.includes(use)

/** What can read knowledge bases at all, and what `known` names besides: nothing that holds is lost by saving. */
export function offeredUses(modules: readonly Manifest[], known: readonly string[]): string[] {
  const reading = modules.filter((module) => module.scopes?.includes('search')).map((module) => module.id)
  return [...new Set([...reading, SEARCH, ...known])]
}

export function nameOfUse(use: string, modules: readonly Manifest[], { t, label }: I18n): string {
  if (use === SEARCH) return t('purpose.search')
  return label(modules.find((module) => module.id === use)?.title, use)
}

/** Why a knowledge base can't be chosen for `use`; nothing where it can. */
export function whyClosed(base: KnowledgeBase, use: string, { t }: I18n): string | undefined {
  if (allowsUse(base, use)) return undefined
  return base.purpose ? t('purpose.closed.for', { purpose: base.purpose }) : t('purpose.closed')
}
