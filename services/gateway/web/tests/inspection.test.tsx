// SPDX-License-Identifier: EUPL-1.2
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CheckPart } from '../src/inspection/CheckPart'
import { boundsOf, check, recent, sizeOf } from '../src/inspection/period'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const CHECK = { id: 'c', at: '2026-11-02T08:00:00Z', period_from: '2026-09-30T22:00:00Z', period_until: '2026-10-31T23:00:00Z', seed: 'los-2026-11', population: 90, size: 2, closed_at: null, digest: null, counts: { offen: 2 } }
const entry = (id: string) => ({ id, at: '2026-10-05T08:00:00Z', person: 'p', application: null, login: 'a.weber', kind: 'neue_art', category: null, case: 'x', reference: null, object: null, hits: 3, outcome: 'abgelehnt', status: 404 })
const item = (position: number) => ({ position, retrieval: `r${position}`, entry: position === 2 ? null : entry(`r${position}`), decision: 'offen', reason: null, decided_at: null })

describe('the period of a sample', () => {
  it('has both of its days, and no end before its beginning', () => {
    const bounds = boundsOf({ since: '2026-10-01', until: '2026-10-01' })
    expect(new Date(bounds!.period_until).getTime() - new Date(bounds!.period_from).getTime()).toBe(86_400_000)
    expect(boundsOf({ since: '2026-10-02', until: '2026-10-01' })).toBeNull()
    expect(boundsOf({ since: '', until: '2026-10-01' })).toBeNull()
    expect(recent(new Date(2026, 10, 25))).toEqual({ since: '2026-10-26', until: '2026-11-25' })
  })
  it('and size and lot are refused as the platform would (AO-07)', () => {
    expect(['1', ' 500 '].map(sizeOf)).toEqual([1, 500])
    expect(['0', '501', '1.5', '-1', '1e2', ''].map(sizeOf)).toEqual([null, null, null, null, null, null])
    expect(check(recent(new Date()), 'x', 'kurz')).toEqual({ size: 'ins.size.wrong', seed: 'ins.seed.wrong' })
    expect(check(recent(new Date()), '20', '')).toEqual({})
  })
})

describe('a sample', () => {
  const gateway = new Gateway((request, response) => {
    if (request.method === 'PUT') return response.writeHead(204).end()
    if (request.url === '/api/v1/retrieval-checks/c') return json(response, { ...CHECK, items: [item(1), item(2)] })
    if (request.url === '/api/v1/me') return json(response, { id: 'v', authority: null, roles: [], rights: [] })
    return json(response, request.url === '/ui-config.json' ? {} : { items: [] })
  })
  beforeEach(async () => {
    sessionStorage.clear()
    gateway.seen.length = 0
    await gateway.start()
  })
  afterEach(() => gateway.stop())

  it('takes each decision with its reason, counts it, and hides no word that it does not know (AO-07)', async () => {
    const user = userEvent.setup()
    render(<SettingsProvider><SessionProvider otherwise={() => null}><CheckPart id="c" /></SessionProvider></SettingsProvider>)
    const [first, second] = await screen.findAllByRole('listitem')
    expect(within(first!).getByText('neue_art (Treffer: 3)')).toBeTruthy()
    expect(within(first!).getByText('unbekannt oder ohne Beteiligung')).toBeTruthy()
    expect(within(second!).getByText(/nach zwei Jahren gelöscht/)).toBeTruthy()
    const save = within(first!).getByRole('button', { name: 'Speichern: Abruf 1' })
    await user.click(save)
    expect(within(first!).getByRole('alert').textContent).toBe('Bitte wählen Sie eine Antwort.')
    await user.click(within(first!).getByRole('radio', { name: 'zu klären' }))
    await user.click(save)
    expect(gateway.seen.filter((request) => request.method === 'PUT')).toEqual([])
    await user.type(within(first!).getByLabelText('Begründung'), 'Wer vertrat?')
    expect(Object.values(sessionStorage)).toContain('Wer vertrat?')
    await user.click(save)
    expect(await screen.findByText('1 von 2 bearbeitet')).toBeTruthy()
    expect(screen.getByText('1 zu klären')).toBeTruthy()
    const sent = gateway.seen.find((request) => request.method === 'PUT')
    expect([sent?.path, sent?.body]).toEqual(['/api/v1/retrieval-checks/c/items/r1', '{"decision":"zu_klaeren","reason":"Wer vertrat?"}'])
    expect(Object.values(sessionStorage)).not.toContain('Wer vertrat?')
  })
})
