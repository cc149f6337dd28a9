// SPDX-License-Identifier: EUPL-1.2
import type { KnowledgeBase, Me } from '../api/types'
import type { Key } from '../i18n'

const OWNERS: Record<string, Key> = { person: 'kb.of.person', unit: 'kb.of.unit', authority: 'kb.of.authority', tenant: 'kb.of.tenant' }
export const ownerLabel = (kind: string | undefined): Key | undefined => (kind === undefined ? undefined : OWNERS[kind])

export type OfferedOwner = { key: string; owner: 'person' | 'unit' | 'authority' | 'tenant'; unit?: string; name?: string }
/** Who may own a new knowledge base. Only what to offer: the gateway decides. */
export function offeredOwners(me: Me): OfferedOwner[] {
  // Who belongs to no authority runs the platform, and fills what belongs to all.
  if (me.authority === null) return [{ key: 'tenant', owner: 'tenant' }]
  const offers: OfferedOwner[] = [{ key: 'person', owner: 'person' }]
  if (!me.roles.includes('wissenspflege')) return offers
  for (const unit of me.units ?? []) offers.push({ key: unit.id, owner: 'unit', unit: unit.id, name: unit.name })
  return [...offers, { key: 'authority', owner: 'authority' }]
}

/** Whether to offer uploads and deletions, and whether to offer the end of the whole knowledge base. */
export const mayWrite = (base: KnowledgeBase): boolean => base.writable ?? base.rights?.includes('write') ?? false
export const mayManage = (base: KnowledgeBase): boolean => base.rights?.includes('manage') ?? false
