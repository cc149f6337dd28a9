// SPDX-License-Identifier: EUPL-1.2
import type { KnowledgeBase, Me } from '../api/types'
import type { Key } from '../i18n'

const OWNERS: Record<string, Key> = { person: 'kb.owner.person', unit: 'kb.owner.unit', authority: 'kb.owner.authority', tenant: 'kb.owner.tenant' }
export const ownerLabel = (kind: string | undefined): Key | undefined => (kind === undefined ? undefined : OWNERS[kind])

/** Who may own a new knowledge base. Only what to offer: the gateway decides. */
export function offeredOwners(me: Me): ('person' | 'unit' | 'authority')[] {
  const cares = me.roles.some((role) => role === 'wissenspflege' || role === 'behoerdenadministration')
  return ['person', ...(cares && me.units?.length ? (['unit'] as const) : []), ...(cares ? (['authority'] as const) : [])]
}

/** Whether to offer changes. Without a word from the server: one's own always, the authority's for those who care for it. */
export function mayChange(base: KnowledgeBase, kind: string | undefined, me: Me): boolean {
  if (base.writable !== undefined) return base.writable
  if (base.rights) return base.rights.includes('write')
  return kind === 'person' || (kind !== 'tenant' && me.roles.includes('wissenspflege'))
}
