// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Message } from '../api/types'
import { ActingCase } from '../cases/CasesContext'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Link } from '../router'
import { SourcePanel } from '../sources/SourcePanel'
import { useSources } from '../sources/useSources'
import { useChatStores } from './ChatStores'
import { Composer } from './Composer'
import { EmptyChat } from './EmptyChat'
import type { ChatStore } from './store'
import { thread } from './store'
import { Thread } from './Thread'
import { useTitle } from '../useTitle'

export function ChatPage({ id }: { id: string | null }) {
  const { storeFor } = useChatStores()
  const store = storeFor(id)
  return <Chat key={store.key} store={store} />
}

function Chat({ store }: { store: ChatStore }) {
  const { t } = useI18n()
  const state = useSyncExternalStore(store.subscribe, store.snapshot)
  const sources = useSources()
  const [suggestion, setSuggestion] = useState('')
  useEffect(() => void store.load(), [store])
  useTitle(state.conversation?.title ?? t('chat.new'))

  const messages = useMemo(() => thread(state), [state])
  const empty = store.id === null && messages.length === 0 && !state.live
  useEffect(() => {
    if (!state.live) return undefined
    const escape = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !document.querySelector('dialog[open]')) store.stop()
    }
    document.addEventListener('keydown', escape)
    return () => document.removeEventListener('keydown', escape)
  }, [state.live, store])

  const edit = useCallback((message: Message, text: string) => store.edit(message, text), [store])
  if (state.loadError && messages.length === 0) {
    const gone = state.loadError.status === 404
    return (
      <div className="page"><div className="column">
        <h1>{gone ? t('chat.gone') : t('chat.load.error')}</h1>
        {!gone && <ErrorNote error={state.loadError} actions={<Button variant="secondary" icon="regenerate" label={t('app.retry')} onClick={() => void store.load()} />} />}
        <p><Link to="/" className="kern-link">{t('chat.new')}</Link></p>
      </div></div>
    )
  }
  return (
    <div className={`split${sources.open ? ' with-sources' : ''}`}>
      <div className="chat">
        {empty ? <EmptyChat onAsk={setSuggestion} /> : (
          <Thread store={store} state={state} messages={messages} sources={sources} onEdit={edit} />
        )}
        <Composer store={store} state={state} suggestion={suggestion} onSuggestionTaken={() => setSuggestion('')} />
      </div>
      {sources.open && <ActingCase value={state.case}><SourcePanel key={sources.open.key} citations={sources.open.citations} active={sources.open.active} onChoose={sources.choose} onClose={sources.close} /></ActingCase>}
    </div>
  )
}
