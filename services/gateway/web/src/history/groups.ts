// SPDX-License-Identifier: EUPL-1.2
import type { Conversation, Locale } from '../api/types'

export type GroupKey = 'pinned' | 'today' | 'yesterday' | 'week' | 'older'
export type Group = { key: GroupKey; items: Conversation[] }
const ORDER: GroupKey[] = ['pinned', 'today', 'yesterday', 'week', 'older']
const DAY_MS = 86_400_000

function ageOf(conversation: Conversation, now: Date): GroupKey {
  if (conversation.pinned) return 'pinned'
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  const at = new Date(conversation.updated_at).getTime()
  if (at >= midnight) return 'today'
  if (at >= midnight - DAY_MS) return 'yesterday'
  return at >= midnight - 7 * DAY_MS ? 'week' : 'older'
}

/** Conversations whose title has all words, or that the server found, in groups by age, newest first. */
export function groupByAge(conversations: readonly Conversation[], query: string, locale: Locale, found: ReadonlySet<string> = new Set(), now = new Date()): Group[] {
  const words = query.toLocaleLowerCase(locale).split(/\s+/).filter(Boolean)
  const hits = conversations
    .filter((conversation) => found.has(conversation.id) || words.every((word) => (conversation.title ?? '').toLocaleLowerCase(locale).includes(word)))
    .sort((a, b) => b.updated_at.localeCompare(a.updated_at))
  return ORDER.map((key) => ({ key, items: hits.filter((conversation) => ageOf(conversation, now) === key) })).filter((group) => group.items.length > 0)
}
