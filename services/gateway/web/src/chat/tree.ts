// SPDX-License-Identifier: EUPL-1.2
import type { Message } from '../api/types'

/** Messages form a tree by `parent`; what is shown is one path from a root to a leaf. */
export function pathTo(messages: readonly Message[], leaf: string | null): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]))
  const path: Message[] = []
  let at = leaf === null ? undefined : byId.get(leaf)
  while (at && !path.includes(at)) {
    path.unshift(at)
    at = at.parent === null ? undefined : byId.get(at.parent)
  }
  return path
}

export const childrenOf = (messages: readonly Message[], parent: string | null, role?: Message['role']): Message[] =>
  messages.filter((message) => message.parent === parent && (role === undefined || message.role === role))

/** The versions of a message (itself included), oldest first: from the tree, or from the ids that the server names. */
export function versions(messages: readonly Message[], message: Message): string[] {
  const own = childrenOf(messages, message.parent, message.role).map((version) => version.id)
  const named = Array.isArray(message.siblings) ? message.siblings : []
  if (own.length >= named.length) return own
  return named.includes(message.id) ? named : [...named, message.id]
}

/** The newest leaf below a message. */
export function leafBelow(messages: readonly Message[], id: string): string {
  let at = id
  for (const seen = new Set<string>(); !seen.has(at);) {
    seen.add(at)
    const next = childrenOf(messages, at).at(-1)
    if (next) at = next.id
  }
  return at
}
