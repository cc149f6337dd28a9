// SPDX-License-Identifier: EUPL-1.2
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { actFor, ApiError, onOtherAuthority, onSessionEnd } from './api/client'
import { keepDraftsOf } from './drafts'
import { fetchConversations, fetchKnowledgeBases, fetchMe, fetchModules, fetchUiConfig, type UiConfig } from './api/endpoints'
import { may } from './rights'
import type { Conversation, KnowledgeBase, Manifest, Me } from './api/types'

const NO_CONFIG: UiConfig = { kopfzeile: null, authority: null, imprint: null, privacy: null, contact: null }

const NO_MODULES: Manifest[] = []

export type Session = {
  me: Me
  modules: Manifest[]
  knowledgeBases: KnowledgeBase[]
  conversations: Conversation[] | null
  config: UiConfig
  reloadConversations: () => void
  reloadKnowledgeBases: () => void
  setConversations: (change: (old: Conversation[]) => Conversation[]) => void
}
/** `ended`: there was a session, and its page is still there to come back to. */
export type SessionState = { kind: 'loading' | 'anonymous' | 'unreachable' | 'ready' | 'ended' }

const Context = createContext<Session | null>(null)
export function useSession(): Session {
  const session = useContext(Context)
  if (!session) throw new Error('useSession outside of a session')
  return session
}

/** What the session offers; nothing outside of one. */
export const useModules = (): Manifest[] => useContext(Context)?.modules ?? NO_MODULES

/** Whether originals may be downloaded here; the gateway decides again. */
export const useExports = (): boolean => useContext(Context)?.me.exports !== false

/** Asks the server who is there; shows `children` only with a session. */
export function SessionProvider({ children, otherwise }: { children: ReactNode; otherwise: (state: SessionState, config: UiConfig, retry: () => void) => ReactNode }) {
  const [state, setState] = useState<SessionState>({ kind: 'loading' })
  const [me, setMe] = useState<Me | null>(null)
  const [modules, setModules] = useState<Manifest[]>([])
  const [knowledgeBases, setKnowledgeBases] = useState<KnowledgeBase[]>([])
  const [conversations, setList] = useState<Conversation[] | null>(null)
  const [config, setConfig] = useState<UiConfig>(NO_CONFIG)

  const reloadConversations = useCallback(() => void fetchConversations().then(setList, () => setList((old) => old ?? [])), [])
  const reloadKnowledgeBases = useCallback(() => void fetchKnowledgeBases().then(setKnowledgeBases, () => undefined), [])
  const start = useCallback(async () => {
    setState({ kind: 'loading' })
    let own: Me
    actFor(null)
    try {
      own = await fetchMe()
      keepDraftsOf(own)
      setMe(own)
      actFor(own.authority?.short ?? null)
    } catch (error) {
      setState({ kind: error instanceof ApiError && error.status === 401 ? 'anonymous' : 'unreachable' })
      return
    }
    if (may(own, 'conversation.list')) reloadConversations()
    // Without the modules there is still a conversation list, help and settings: the page then says what is missing.
    const [list, bases] = await Promise.allSettled([fetchModules(), may(own, 'knowledge_base.list') ? fetchKnowledgeBases() : []])
    if (list.status === 'fulfilled') setModules(list.value)
    if (bases.status === 'fulfilled') setKnowledgeBases(bases.value)
    setState({ kind: 'ready' })
  }, [reloadConversations])
  useEffect(() => onOtherAuthority(() => location.reload()), [])
  useEffect(() => onSessionEnd(() => setState((old) => (old.kind === 'ready' ? { kind: 'ended' } : old))), [])
  useEffect(() => {
    void start()
    void fetchUiConfig().then((own) => setConfig({ ...NO_CONFIG, ...own }), () => undefined)
  }, [start])

  const value = useMemo<Session | null>(() => me && {
    me, modules, knowledgeBases, conversations, config, reloadConversations, reloadKnowledgeBases,
    setConversations: (change) => setList((old) => change(old ?? [])),
  }, [me, modules, knowledgeBases, conversations, config, reloadConversations, reloadKnowledgeBases])
  if (state.kind !== 'ready' || !value) return otherwise(state, config, () => void start())
  return <Context value={value}>{children}</Context>
}

/** Works without a language model now: no module that could use one does. */
export function withoutModel(modules: readonly Manifest[]): boolean {
  const able = modules.filter((module) => module.needs !== 'none')
  return able.length > 0 && able.every((module) => module.mode !== 'generative')
}

/** Whether new conversations can begin: not where the authority has switched chat off. Unknown modules hide nothing. */
export const offersChat = (modules: readonly Manifest[]): boolean => modules.length === 0 || modules.some((module) => module.id === 'chat')
