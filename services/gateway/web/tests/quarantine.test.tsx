// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Citation, DocumentState, KnowledgeBase } from '../src/api/types'
import { LiveRegions } from '../src/chat/announcer'
import { DocumentTable } from '../src/knowledge/DocumentTable'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Superseded } from '../src/sources/Superseded'
import { Gateway, json } from './gateway'

const LOCKED = '2026-11-26T10:00:00Z'

describe('a document that may be planted (INJ-06)', () => {
  let stored: DocumentState
  const gateway = new Gateway((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname
    if (path === '/api/v1/me') return json(response, { id: 'a', authority: null, roles: [], rights: [] })
    if (path.endsWith('/answers')) return json(response, { total: 1, items: [{ kind: 'run', id: 'r-1', module: 'summarise', day: '2026-11-20' }] })
    if (path.endsWith('/quarantine')) {
      stored = { ...stored, quarantined_at: request.method === 'PUT' ? LOCKED : null }
      return json(response, stored)
    }
    if (path.endsWith('/documents')) return json(response, { items: [stored] })
    return json(response, path === '/api/v1/documents/gift' ? stored : { items: [] })
  })
  beforeEach(async () => {
    stored = { id: 'gift', name: 'gift.txt', state: 'ready', size: 10, created_at: '2026-11-20T10:00:00Z' }
    gateway.seen.length = 0
    await gateway.start()
  })
  afterEach(() => gateway.stop())

  const show = (inside: React.ReactNode) => render(<SettingsProvider><LiveRegions /><SessionProvider otherwise={() => null}>{inside}</SessionProvider></SettingsProvider>)
  const table = (change = true) => show(<DocumentTable base={{ id: 'kb', name: 'Fristen' } as KnowledgeBase} change={change} />)

  it('is locked and unlocked, after its answers were listed without whose they are', async () => {
    const user = userEvent.setup()
    table()
    await user.click(await screen.findByRole('button', { name: 'Sperren …: gift.txt' }))
    const dialog = within(screen.getByRole('dialog', { name: 'Dokument sperren' }))
    expect((await dialog.findByText(/r-1/)).closest('li')!.textContent).toContain('20.11.2026, summarise')
    await user.click(dialog.getByRole('button', { name: 'Sperren' }))
    await screen.findByText(/Seit 26\.11\.2026 gesperrt/)
    expect(screen.queryByRole('dialog')).toBeNull()
    screen.getByText('Gesperrt')
    await user.click(screen.getByRole('button', { name: 'Sperre …: gift.txt' }))
    await user.click(within(screen.getByRole('dialog', { name: 'Dokument ist gesperrt' })).getByRole('button', { name: 'Freigeben' }))
    await waitFor(() => expect(screen.queryByText('Gesperrt')).toBeNull())
    expect(gateway.seen.filter(({ path }) => path.endsWith('/quarantine')).map(({ method }) => method)).toEqual(['PUT', 'DELETE'])
  })

  it('is locked by those alone who may change the knowledge base', async () => {
    table(false)
    await screen.findByText('gift.txt')
    expect(screen.queryByRole('button', { name: /Sperren/ })).toBeNull()
  })

  it('is said to be locked at every answer that cites it', async () => {
    stored = { ...stored, quarantined_at: LOCKED }
    show(<Superseded citation={{ number: 1, document: 'gift', title: 'gift.txt', version: 'v', text: 'x', score: 1, char_from: 0, char_to: 1, quote: 'x' } as Citation} />)
    await screen.findByText('Gesperrt')
    expect(screen.getByText(/seit 26\.11\.2026 gesperrt/).closest('[role=status]')).not.toBeNull()
  })
})
