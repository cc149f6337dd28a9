// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useMemo, useState } from 'react'
import type { Conversation, KnowledgeBase } from '../api/types'
import { allowsUse } from '../knowledge/uses'
import { useSession } from '../session'

export const ownerKind = (base: KnowledgeBase): string | undefined => (typeof base.owner === 'string' ? base.owner : base.owner?.kind)

/** What a new conversation searches unless one chooses otherwise: what belongs to all authorities, like the federal laws. */
export const isCommon = (base: KnowledgeBase): boolean => ownerKind(base) === 'tenant'

/** The module that conversations run in. */
export const CHAT = 'chat'

/** `withFiles`: a new conversation about attached files searches these alone unless one chooses otherwise. */
export function useKnowledgeChoice(conversation: Conversation | null, withFiles: boolean) {
  const { knowledgeBases } = useSession()
  const [own, setOwn] = useState<string[] | null>(null)
  const chosen = useMemo(
    () => own ?? conversation?.knowledge_bases ?? (withFiles ? [] : knowledgeBases.filter((base) => isCommon(base) && allowsUse(base, CHAT)).map((base) => base.id)),
    [own, conversation, withFiles, knowledgeBases],
  )
  const names = chosen.flatMap((id) => knowledgeBases.find((base) => base.id === id)?.name ?? [])
  /** Part of the run's input: always in a new conversation, later only after a change. */
  const toSend = useCallback(
    (): { knowledgeBases?: string[] } => (conversation?.knowledge_bases && own === null ? {} : { knowledgeBases: chosen }),
    [conversation, own, chosen],
  )
  return { all: knowledgeBases, chosen, names, withFiles, choose: setOwn, toSend }
}
export type KnowledgeChoice = ReturnType<typeof useKnowledgeChoice>
