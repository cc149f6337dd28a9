// SPDX-License-Identifier: EUPL-1.2
import { render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CataloguePart } from '../src/operation/CataloguePart'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const BARE = { id: 'klein', kind: 'chat', owned_by: 'vllm', context_length: 8192, protection_class: 'intern' }
const FULL = { ...BARE, id: 'gross', place: 'Rechenzentrum Düsseldorf', temperature: 0.7, output_tokens: 4096, wh_per_1000_input: 0.02, wh_per_1000_output: 0.4 }
let gateway: Gateway

beforeEach(async () => {
  const answers: Record<string, unknown> = {
    '/api/v1/operation/models': { items: [FULL, BARE] },
    '/api/v1/operation/model-stops': { items: [] },
    '/api/v1/operation/load': { in_flight: 0, limit: 1, waiting: 0, authorities: {} },
    '/api/v1/authorities': { items: [] },
    '/api/v1/modules': { items: [] },
  }
  gateway = new Gateway((request, response) => json(response, answers[request.url ?? ''] ?? {}, 200))
  await gateway.start()
})
afterEach(() => gateway.stop())

/** The cells of a model's row by their heading. */
async function row(model: string): Promise<Record<string, string>> {
  const found = within((await screen.findByRole('rowheader', { name: model })).closest('tr') as HTMLElement)
  return Object.fromEntries(found.getAllByRole('cell').map((cell) => [cell.dataset.label ?? '', cell.textContent ?? '']))
}

describe('the models on the operators\' page', () => {
  it('shows where one runs, what may be asked of it, and its energy in plain words', async () => {
    render(<SettingsProvider><CataloguePart /></SettingsProvider>)
    expect(await row('gross')).toMatchObject({
      'Läuft wo': 'Rechenzentrum Düsseldorf',
      'Länge (Tokens)': '8.192',
      'Höchstens je Anfrage': 'Temperatur 0,7, 4.096 Tokens Antwort',
      'Energie (Schätzung)': 'je 1.000 Tokens gelesen etwa 0,02 Wh, geschrieben etwa 0,4 Wh',
    })
  })

  it('never makes up what nobody has set', async () => {
    render(<SettingsProvider><CataloguePart /></SettingsProvider>)
    expect(await row('klein')).toMatchObject({ 'Läuft wo': '–', 'Höchstens je Anfrage': '–', 'Energie (Schätzung)': 'keine Angabe' })
  })
})
