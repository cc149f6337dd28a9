// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useRef } from 'react'
import type { Message } from '../api/types'
import { CaseLine } from '../cases/CaseLine'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import type { Sources } from '../sources/useSources'
import { AiNotice } from './AiNotice'
import { AnswerMessage } from './AnswerMessage'
import { LiveAnswer } from './LiveAnswer'
import type { ChatState, ChatStore } from './store'
import { conversationTitle } from './Unreadable'
import { UserMessage } from './UserMessage'
import { useStickToEnd } from './useStickToEnd'
import { versions } from './tree'

const HEADLINE = 80
/** Until the server has given a title, the first question is one. */
function headline(messages: Message[]): string | undefined {
  const text = messages[0]?.text.split('\n')[0]
  return text && text.length > HEADLINE ? `${text.slice(0, HEADLINE)} …` : text
}

type Props = { store: ChatStore; state: ChatState; messages: Message[]; sources: Sources; onEdit: (message: Message, text: string) => Promise<void> }

export function Thread({ store, state, messages, sources, onEdit }: Props) {
  const { t, date } = useI18n()
  const scroller = useRef<HTMLDivElement>(null)
  const { away, toEnd, follow } = useStickToEnd(scroller)
  const { live, conversation } = state
  // A new turn of our own goes to the end; text that streams in only where one already reads there.
  const question = messages.findLast((message) => message.role === 'user')?.text
  useEffect(() => toEnd('auto'), [question, store.id, toEnd])
  useEffect(() => follow(), [live?.text, live?.phase, follow])
  return (
    <div className="thread-frame">
      {/* The thread scrolls, so it must be reachable by keyboard. It is no live region: see announcer.tsx. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="thread" ref={scroller} tabIndex={0} role="region" aria-label={t('chat.region')}>
        <div className="column">
          <header className="thread-head">
            <h1>{conversation?.unreadable ? conversationTitle(conversation, t) : (conversation?.title ?? (headline(messages) || t('chat.new')))}</h1>
            <CaseLine id={conversation?.case} />
            {conversation?.retention_until && <p className="hint">{t('chat.retention', { date: date(conversation.retention_until) })}</p>}
          </header>
          <AiNotice />
          {messages.map((message) => {
            const all = versions(state.messages, message)
            const branch = { all, index: Math.max(0, all.indexOf(message.id)), choose: (id: string) => void store.choose(id), disabled: store.busy }
            return message.role === 'user' ? (
              <UserMessage key={message.id} message={message} branch={branch} onEdit={onEdit} />
            ) : (
              <AnswerMessage key={message.id} message={message} branch={branch} sources={sources} onRegenerate={store.busy ? undefined : () => void store.regenerate(message).catch(() => undefined)} />
            )
          })}
          {live && <LiveAnswer live={live} sources={sources} />}
        </div>
      </div>
      {away && <Button className="to-end" variant="secondary" icon="end" label={t('chat.toend')} onClick={() => toEnd('smooth')} />}
    </div>
  )
}
