// SPDX-License-Identifier: EUPL-1.2
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useI18n } from '../i18n'
import { navigate } from '../router'
import { useSession } from '../session'
import { useSettings } from '../settings/SettingsContext'
import { announcer } from './announcer'
import { Narrator } from './narrator'
import { ChatStore } from './store'

type Value = {
  storeFor: (id: string | null) => ChatStore
  /** Forgets an unsent or a deleted conversation. */
  drop: (id: string | null) => void
}
const Context = createContext<Value | null>(null)
export function useChatStores(): Value {
  const value = useContext(Context)
  if (!value) throw new Error('useChatStores outside of ChatStores')
  return value
}

const CALM_MS = 250
const SMOOTH_MS = 50

/** Keeps the conversations of this tab, so that an answer goes on streaming while one looks at another page. */
export function ChatStores({ children }: { children: ReactNode }) {
  const i18n = useI18n()
  const { settings } = useSettings()
  const { reloadConversations } = useSession()
  const now = useRef({ i18n, settings, reloadConversations })
  useEffect(() => {
    now.current = { i18n, settings, reloadConversations }
  })
  const stores = useRef(new Map<string | null, ChatStore>())
  const [narrators] = useState(() => new Set<Narrator>())
  // The session is over: an answer that still comes in is nobody's to hear.
  useEffect(() => () => {
    for (const narrator of narrators) narrator.leave()
    announcer.clear()
  }, [narrators])

  const storeFor = useCallback((id: string | null): ChatStore => {
    const known = stores.current.get(id)
    if (known) return known
    const narrator = new Narrator(announcer, () => now.current.i18n, () => now.current.settings.speak)
    narrators.add(narrator)
    const store = new ChatStore(id, {
      locale: () => now.current.i18n.locale,
      pace: () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? CALM_MS : SMOOTH_MS),
      onStart: () => narrator.start(),
      onEnd: (how, text) => narrator.end(how, text),
      onConversation: (conversation, self) => {
        if (stores.current.get(null) === self) stores.current.delete(null)
        stores.current.set(conversation, self)
        if (location.pathname === '/') navigate(`/chat/${conversation}`, { replace: true, keepFocus: true })
        now.current.reloadConversations()
      },
      onTouched: () => now.current.reloadConversations(),
    })
    stores.current.set(id, store)
    return store
  }, [narrators])
  const drop = useCallback((id: string | null) => void stores.current.delete(id), [])
  const value = useMemo(() => ({ storeFor, drop }), [storeFor, drop])
  return <Context value={value}>{children}</Context>
}
