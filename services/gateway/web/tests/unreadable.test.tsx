// SPDX-License-Identifier: EUPL-1.2
import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { DocumentState, Message } from '../src/api/types'
import { AnswerMessage } from '../src/chat/AnswerMessage'
import { conversationTitle } from '../src/chat/Unreadable'
import { UserMessage } from '../src/chat/UserMessage'
import { DocumentRow } from '../src/knowledge/DocumentRow'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { useSources } from '../src/sources/useSources'
import { Gateway, json } from './gateway'

const BRANCH = { all: ['m'], index: 0, choose: () => undefined, disabled: false }
const message = (part: Partial<Message>): Message => ({ id: 'm', parent: null, role: 'user', text: '', state: 'complete', created_at: '2026-11-20T10:00:00Z', unreadable: true, ...part })

function Answer() {
  return <AnswerMessage message={message({ role: 'assistant' })} branch={BRANCH} sources={useSources()} onRegenerate={undefined} />
}

describe('what does not open', () => {
  it('is said in the place of the message, with nothing to edit or copy', async () => {
    const gateway = new Gateway((request, response) => json(response, request.url === '/api/v1/me' ? { id: 'a', authority: null, roles: [] } : { items: [] }))
    await gateway.start()
    render(<SettingsProvider><SessionProvider otherwise={() => null}><UserMessage message={message({})} branch={BRANCH} onEdit={async () => undefined} /><Answer /></SessionProvider></SettingsProvider>)
    expect(await screen.findAllByText('Diese Nachricht ist nicht lesbar.')).toHaveLength(2)
    expect(screen.queryByRole('button', { name: /Bearbeiten|Kopieren/ })).toBeNull()
    await gateway.stop()
  })

  it('is said of titles and names, and only of those', () => {
    expect(conversationTitle({ title: null, unreadable: true }, (key) => key)).toBe('unreadable.title')
    expect(conversationTitle({ title: null }, (key) => key)).toBe('chat.untitled')
    expect(conversationTitle({ title: 'Neu', unreadable: true }, (key) => key)).toBe('Neu')
    const lost: DocumentState = { id: 'd', name: '', unreadable: true, state: 'ready', size: 1, created_at: '2026-11-20T10:00:00Z' }
    render(<SettingsProvider><table><tbody><DocumentRow document={lost} actions={{ remove: () => undefined, replace: () => undefined, retry: () => undefined, inspect: () => undefined, lock: () => undefined }} /></tbody></table></SettingsProvider>)
    screen.getByRole('rowheader', { name: /^Name nicht lesbar/ })
    screen.getByRole('button', { name: 'Löschen: Name nicht lesbar' })
  })
})
