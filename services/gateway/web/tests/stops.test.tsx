// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StopsPart } from '../src/operation/StopsPart'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const MINISTRY = { id: '01234567-89ab-4def-8123-456789abcdef', short: 'mhb', name: 'Ministerium', kind: 'ministry', parent: null, state: 'active', knowledge_bases: 0, tokens_per_month: 1 }
const GONE = { ...MINISTRY, id: '11234567-89ab-4def-8123-456789abcdef', name: 'Aufgelöste Stelle', state: 'gone' }
const STOPS = '/api/v1/operation/model-stops'
type Answer = { status: number; body: unknown }
let gateway: Gateway
let stops: Record<string, unknown>[]
let answers: Record<string, () => Answer>
const sent = () => gateway.seen.filter((one) => one.method === 'POST').map((one) => JSON.parse(one.body) as unknown)

beforeEach(async () => {
  stops = []
  answers = {
    [`GET ${STOPS}`]: () => ({ status: 200, body: { items: stops } }),
    'GET /api/v1/authorities': () => ({ status: 200, body: { items: [MINISTRY, GONE] } }),
    'GET /api/v1/operation/models': () => ({ status: 200, body: { items: [{ id: 'gross', kind: 'chat', owned_by: 'vllm', context_length: 1, protection_class: 'intern' }] } }),
  }
  gateway = new Gateway((request, response) => {
    const found = answers[`${request.method} ${request.url}`]?.() ?? { status: 404, body: {} }
    json(response, found.body, found.status)
  })
  await gateway.start()
})
afterEach(() => gateway.stop())

const shown = () => render(<SettingsProvider><StopsPart /></SettingsProvider>)

describe('the kill switch on the operators\' page (KI-06)', () => {
  it('stops one model for one authority with the reason', async () => {
    answers[`POST ${STOPS}`] = () => {
      stops = [{ id: 's1', ...(sent()[0] as object), stopped_at: '2026-11-27T12:00:00Z' }]
      return { status: 201, body: stops[0] }
    }
    const user = userEvent.setup()
    shown()
    await screen.findByText('Kein Modell ist angehalten.')
    await user.click(screen.getByRole('button', { name: 'Modell anhalten' }))
    const dialog = within(screen.getByRole('dialog'))
    await user.click(dialog.getByRole('button', { name: 'Jetzt anhalten' }))
    expect(sent()).toEqual([])
    await user.selectOptions(dialog.getByLabelText('Modell'), 'gross')
    await user.selectOptions(dialog.getByLabelText('Für wen?'), 'Ministerium')
    await user.selectOptions(dialog.getByLabelText('Anlass'), 'Anordnung')
    expect(dialog.queryByText('Aufgelöste Stelle')).toBeNull()
    await user.click(dialog.getByRole('button', { name: 'Jetzt anhalten' }))
    expect(await screen.findByRole('heading', { name: 'gross' })).toBeTruthy()
    expect(sent()).toEqual([{ model: 'gross', authority: MINISTRY.id, reason: 'anordnung' }])
    expect(screen.getByText('Ministerium')).toBeTruthy()
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('says every model and every authority as null, also where inference does not answer', async () => {
    answers['GET /api/v1/operation/models'] = () => ({ status: 503, body: { code: 'unavailable', detail: 'weg' } })
    answers[`POST ${STOPS}`] = () => ({ status: 201, body: {} })
    const user = userEvent.setup()
    shown()
    await user.click(await screen.findByRole('button', { name: 'Modell anhalten' }))
    await user.selectOptions(screen.getByLabelText('Modell'), 'Alle Modelle')
    await user.click(screen.getByRole('button', { name: 'Jetzt anhalten' }))
    await waitFor(() => expect(sent()).toEqual([{ model: null, authority: null, reason: 'vorfall' }]))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await screen.findByText('Kein Modell ist angehalten.')
  })

  it('keeps the dialog open with the reason where the gateway refuses', async () => {
    answers[`POST ${STOPS}`] = () => ({ status: 409, body: { code: 'model_already_stopped', detail: 'Dieses Sprachmodell ist für diese Behörden schon angehalten.' } })
    const user = userEvent.setup()
    shown()
    await user.click(await screen.findByRole('button', { name: 'Modell anhalten' }))
    await user.selectOptions(screen.getByLabelText('Modell'), 'gross')
    await user.click(screen.getByRole('button', { name: 'Jetzt anhalten' }))
    expect(await screen.findByText(/schon angehalten/)).toBeTruthy()
    expect(screen.getByRole('dialog')).toBeTruthy()
  })

  it('asks before it releases, and shows a stop of an authority that it does not know by its id', async () => {
    stops = [{ id: 's1', model: null, authority: 'unbekannt', reason: 'neu', stopped_at: '2026-11-27T12:00:00Z' }]
    let released = 0
    answers[`DELETE ${STOPS}/s1`] = () => {
      released += 1
      stops = []
      return { status: 200, body: {} }
    }
    const user = userEvent.setup()
    shown()
    expect(await screen.findByText('unbekannt')).toBeTruthy()
    expect(screen.getByText(/^neu, seit/)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Freigeben' }))
    expect(released).toBe(0)
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Freigeben' }))
    expect(await screen.findByText('Kein Modell ist angehalten.')).toBeTruthy()
    expect(released).toBe(1)
  })
})
