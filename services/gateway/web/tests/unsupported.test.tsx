// SPDX-License-Identifier: EUPL-1.2
import { render, screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { Message } from '../src/api/types'
import { AnswerMessage } from '../src/chat/AnswerMessage'
import { Sentences } from '../src/modules/Sentences'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { useSources } from '../src/sources/useSources'
import { Gateway, json } from './gateway'

const BRANCH = { all: ['m'], index: 0, choose: () => undefined, disabled: false }
const MESSAGE: Message = {
  id: 'm', parent: null, role: 'assistant', text: 'Das Wohngeld beträgt 480 Euro [1].', state: 'complete', created_at: '2026-11-20T10:00:00Z',
  unsupported: [{ text: 'Das Wohngeld beträgt 480 Euro [1].', missing: ['480 Euro'] }],
}

function Answer({ message }: { message: Message }) {
  return <AnswerMessage message={message} branch={BRANCH} sources={useSources()} onRegenerate={undefined} />
}

async function show(message: Message): Promise<void> {
  const gateway = new Gateway((request, response) => json(response, request.url === '/api/v1/me' ? { id: 'a', authority: null, roles: [] } : { items: [] }))
  await gateway.start()
  render(<SettingsProvider><SessionProvider otherwise={() => null}><Answer message={message} /></SessionProvider></SettingsProvider>)
  await screen.findByRole('article')
  await gateway.stop()
}

describe('what no source holds', () => {
  it('is named behind the sentence of a result, within its paragraph', () => {
    render(<SettingsProvider><Sentences sentences={[
      { text: 'Es sind 480 Euro bis 3. Mai [1].', supported: false, citations: [], missing: ['480 Euro', '3. Mai'] },
      { text: 'Das steht nirgends.', supported: false, citations: [] },
      { text: 'Das stimmt.', supported: true, citations: [], missing: [] },
    ]} /></SettingsProvider>)
    const [first, second, third] = screen.getAllByRole('paragraph')
    expect(first?.textContent).toBe('Es sind 480 Euro bis 3. Mai. Nicht belegt: 480 Euro · 3. Mai')
    expect(second?.textContent).toBe('Das steht nirgends. nicht belegt')
    expect(third?.textContent).toBe('Das stimmt.')
  })

  it('is named with its sentence below a chat answer', async () => {
    await show(MESSAGE)
    const list = screen.getByRole('region', { name: 'In diesen Sätzen ist etwas nicht belegt' })
    expect(within(list).getByRole('listitem').textContent).toBe('Das Wohngeld beträgt 480 Euro. Nicht belegt: 480 Euro')
  })

  it('is not mentioned where everything is borne out', async () => {
    await show({ ...MESSAGE, unsupported: [] })
    expect(screen.queryByText(/belegt/)).toBeNull()
  })
})
