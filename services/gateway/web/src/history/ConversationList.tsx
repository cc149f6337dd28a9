// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useMemo, useState } from 'react'
import { changeConversation, findConversations } from '../api/endpoints'
import type { Conversation } from '../api/types'
import { announcer } from '../chat/announcer'
import { useChatStores } from '../chat/ChatStores'
import { conversationTitle } from '../chat/Unreadable'
import { useI18n } from '../i18n'
import { Menu } from '../kern/Menu'
import { Icon } from '../kern/Icon'
import { Link, navigate, useRoute } from '../router'
import { may } from '../rights'
import { useSession } from '../session'
import { ShareDialog } from '../snapshots/ShareDialog'
import { DeleteDialog } from './DeleteDialog'
import { groupByAge } from './groups'
import { RenameDialog } from './RenameDialog'

type Open = { what: 'rename' | 'share' | 'delete'; conversation: Conversation } | null
const SHORTEST_QUERY = 3
const PAUSE_MS = 300

export function ConversationList({ onGo }: { onGo?: (() => void) | undefined }) {
  const { t, locale } = useI18n()
  const id = useId()
  const { path } = useRoute()
  const { me, conversations, setConversations } = useSession()
  const { storeFor, drop } = useChatStores()
  const [query, setQuery] = useState('')
  const [open, setOpen] = useState<Open>(null)
  const [found, setFound] = useState<ReadonlySet<string>>(new Set())
  const groups = useMemo(() => groupByAge(conversations ?? [], query, locale, found), [conversations, query, locale, found])
  // Titles are searched here at once; what stands in the messages the server knows.
  useEffect(() => {
    setFound(new Set())
    if (query.trim().length < SHORTEST_QUERY) return undefined
    let current = true
    const timer = setTimeout(() => void findConversations(query.trim()).then((hits) => current && setFound(new Set(hits.map((hit) => hit.id))), () => undefined), PAUSE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [query])
  const pin = (conversation: Conversation) => {
    const pinned = !conversation.pinned
    setConversations((old) => old.map((one) => (one.id === conversation.id ? { ...one, pinned } : one)))
    void changeConversation(conversation.id, { pinned }).catch(() => setConversations((old) => old.map((one) => (one.id === conversation.id ? conversation : one))))
  }
  const renamed = (conversation: Conversation, title: string) => {
    setConversations((old) => old.map((one) => (one.id === conversation.id ? { ...one, title } : one)))
    storeFor(conversation.id).rename(title)
    setOpen(null)
  }
  const deleted = (conversation: Conversation) => {
    setConversations((old) => old.filter((one) => one.id !== conversation.id))
    setOpen(null)
    drop(conversation.id)
    announcer.status(t('history.deleted'))
    if (path === `/chat/${conversation.id}`) navigate('/')
  }
  const total = conversations?.length ?? 0
  return (
    <section className="history" aria-labelledby={id}>
      <h2 id={id}>{t('history.title')}</h2>
      {total > 0 && (
        <div className="history-search"><Icon name="search" /><input type="search" className="input" value={query} aria-label={t('history.search')} placeholder={t('history.search')} onChange={(event) => setQuery(event.target.value)} /></div>
      )}
      {conversations && total === 0 && <p className="hint">{t('history.none')}</p>}
      {query && groups.length === 0 && <p className="hint" role="status">{t('history.nohit')}</p>}
      {groups.map((group) => (
        <div key={group.key} className="history-group">
          <h3 id={`${id}${group.key}`}>{t(`history.${group.key}`)}</h3>
          <ul className="nav-list" aria-labelledby={`${id}${group.key}`}>
            {group.items.map((conversation) => {
              const title = conversationTitle(conversation, t)
              return (
                <li key={conversation.id}>
                  <Link to={`/chat/${conversation.id}`} className="nav-link" aria-current={path === `/chat/${conversation.id}` ? 'page' : undefined} onClick={onGo} title={title}><span className="ellipsis">{title}</span></Link>
                  <Menu icon="more" iconOnly label={t('history.actions', { title })} items={[
                    { label: t('history.rename'), icon: 'edit', run: () => setOpen({ what: 'rename', conversation }) },
                    ...(may(me, 'snapshot.create') ? [{ label: t('share'), icon: 'share' as const, run: () => setOpen({ what: 'share', conversation }) }] : []),
                    { label: t(conversation.pinned ? 'history.unpin' : 'history.pin'), icon: 'pin', run: () => pin(conversation) },
                    { label: t('app.delete'), icon: 'trash', run: () => setOpen({ what: 'delete', conversation }) },
                  ]} />
                </li>
              )
            })}
          </ul>
        </div>
      ))}
      {open?.what === 'rename' && <RenameDialog conversation={open.conversation} onClose={() => setOpen(null)} onDone={(title) => renamed(open.conversation, title)} />}
      {open?.what === 'share' && <ShareDialog conversation={open.conversation} onClose={() => setOpen(null)} />}
      {open?.what === 'delete' && <DeleteDialog conversation={open.conversation} onClose={() => setOpen(null)} onDone={() => deleted(open.conversation)} />}
    </section>
  )
}
