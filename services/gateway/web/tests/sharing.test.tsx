// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { KnowledgeBase } from '../src/api/types'
import { IncomingShares } from '../src/knowledge/IncomingShares'
import { SharesSection } from '../src/knowledge/SharesSection'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const STADT = { id: 'stadt', short: 'stadt', name: 'Stadt Musterstadt' }
const AMT = { id: 'amt', short: 'amt', name: 'Amt West' }
const share = (id: string, accepted: boolean, authority = STADT) => ({
  id, authority, state: accepted ? 'accepted' : 'offered', offered_at: '2026-11-01T08:00:00Z', accepted_at: accepted ? '2026-11-02T08:00:00Z' : null,
})
const incoming = (id: string, accepted: boolean) => ({ ...share(id, accepted), name: `Basis ${id}`, protection_class: 'intern', knowledge_base: accepted ? id : null })

describe('a knowledge base and another authority', () => {
  let refuse = false
  let offers: object[] = []
  const gateway = new Gateway((request, response) => {
    if (refuse && request.method !== 'GET') return json(response, { code: 'dependency_unavailable', title: 'Fehler', detail: 'Gerade nicht möglich', status: 503 }, 503)
    if (request.method === 'GET' && request.url === '/api/v1/shares') return json(response, { items: offers })
    if (request.method === 'GET') return json(response, { items: [share('eins', true)], authorities: [AMT] })
    if (request.method === 'POST' && request.url?.endsWith('/shares')) return json(response, share('zwei', false, AMT), 201)
    response.writeHead(204).end()
    return undefined
  })
  beforeEach(async () => {
    refuse = false
    offers = [incoming('neu', false), incoming('alt', true)]
    gateway.seen.length = 0
    await gateway.start()
  })
  afterEach(() => gateway.stop())
  const sent = () => gateway.seen.filter((request) => request.method !== 'GET').map((request) => `${request.method} ${request.path}`)
  const owned = () => render(<SettingsProvider><SharesSection base={{ id: 'kb', name: 'Mietspiegel' } as KnowledgeBase} /></SettingsProvider>)

  it('shows the state on the side that offers, and offers only to those who have no offer yet (TEN-01)', async () => {
    const user = userEvent.setup()
    owned()
    const item = await screen.findByRole('listitem')
    expect(within(item).getByText('Angenommen')).toBeTruthy()
    expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual([AMT.name])
    await user.click(screen.getByRole('button', { name: 'Zum Lesen anbieten' }))
    await waitFor(() => expect(sent()).toEqual(['POST /api/v1/knowledge-bases/kb/shares']))
    expect(gateway.seen.find((request) => request.method === 'POST')!.body).toBe('{"authority":"amt"}')
    expect(gateway.seen.find((request) => request.method === 'POST')!.headers['x-csrf']).toBe('1')
  })

  it('ends only after a question, and says when it could not (TEN-04)', async () => {
    const user = userEvent.setup()
    refuse = true
    owned()
    await user.click(await screen.findByRole('button', { name: `Freigabe für ${STADT.name} beenden` }))
    expect(sent()).toEqual([])
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Beenden' }))
    expect(await screen.findByText('Gerade nicht möglich')).toBeTruthy()
    expect(screen.getByRole('dialog')).toBeTruthy()
    expect(screen.getByText('Angenommen')).toBeTruthy()
  })

  it('is accepted with one press and declined after a question on the other side (TEN-01)', async () => {
    const user = userEvent.setup()
    const changed = vi.fn()
    render(<SettingsProvider><IncomingShares onChange={changed} /></SettingsProvider>)
    expect(await screen.findAllByRole('listitem')).toHaveLength(2)
    expect(screen.queryByRole('button', { name: '„Basis alt“ annehmen' })).toBeNull()
    await user.click(screen.getByRole('button', { name: '„Basis neu“ annehmen' }))
    await waitFor(() => expect(changed).toHaveBeenCalledOnce())
    await user.click(await screen.findByRole('button', { name: '„Basis neu“ ablehnen' }))
    expect(sent()).toEqual(['POST /api/v1/shares/neu/accept'])
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Ablehnen' }))
    await waitFor(() => expect(sent()).toEqual(['POST /api/v1/shares/neu/accept', 'DELETE /api/v1/shares/neu']))
  })

  it('takes no room where nothing was offered', async () => {
    offers = []
    const { container } = render(<SettingsProvider><IncomingShares onChange={() => undefined} /></SettingsProvider>)
    await waitFor(() => expect(gateway.seen).toHaveLength(1))
    expect(container.textContent).toBe('')
  })
})
