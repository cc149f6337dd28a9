// SPDX-License-Identifier: EUPL-1.2
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ModulesPart } from '../src/administration/ModulesPart'
import type { Card } from '../src/api/cards'
import type { Manifest } from '../src/api/types'
import { AboutModule } from '../src/modules/AboutModule'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const both = (text: string) => ({ de: text, en: text })
const CARD: Card = { purpose: both('Fasst Texte zusammen.'), role: 'both', risk_class: 'limited', annex_iii: both('Kein Fall.'), approver: 'KI-Koordination', approved_on: '2026-11-26', expires_on: '2028-11-30' }
const MODULE = { id: 'summarise', version: '1.0.0', title: both('Zusammenfassen'), description: both(''), input_schema: {}, result_schema: {}, needs: 'optional', mode: 'extractive', card: CARD, prompts: [{ name: 'summary', version: '1.2.0', text: 'Fasse {{text}} zusammen.\nKurz.' }] } as unknown as Manifest

describe('what a function is (INJ-05, KI-03)', () => {
  const switched = (id: string, more: object) => ({ id, version: '1.0.0', title: both(id), description: both(''), mode: 'template', protection_classes: ['offen', 'intern'], card: CARD, external: false, enabled: true, ...more })
  const gateway = new Gateway((request, response) => {
    if (request.method === 'PUT') return json(response, switched('frist', { external: true, enabled: true }))
    return json(response, {
      items: [switched('chat', {}), switched('frist', { external: true, enabled: false })],
      withheld: [{ id: 'alt', title: both('Alte Funktion'), external: true, reason: { code: 'card_expired', detail: 'Die Freigabe ist abgelaufen.' } }],
    })
  })
  beforeEach(() => gateway.start())
  afterEach(() => gateway.stop())

  it('shows purpose, risk, approval and every prompt word for word', async () => {
    render(<SettingsProvider><AboutModule module={MODULE} /></SettingsProvider>)
    await userEvent.setup().click(screen.getByText('Über diese Funktion'))
    for (const text of ['Fasst Texte zusammen.', 'begrenzt', 'Kein Fall.', 'KI-Koordination, bis 30.11.2028']) screen.getByText(text)
    const prompt = screen.getByRole('region', { name: 'summary (Fassung 1.2.0)' })
    expect(within(prompt).getByText(/Fasse \{\{text\}\}/).textContent).toBe('Fasse {{text}} zusammen.\nKurz.')
  })

  it('says where there are none, and does not fall over an unknown risk class', () => {
    render(<SettingsProvider><AboutModule module={{ ...MODULE, prompts: [], card: { ...CARD, risk_class: 'neu' } }} /></SettingsProvider>)
    screen.getByText('Diese Funktion verwendet keine Prompts.')
    screen.getByText('neu')
  })

  it('lets administrators switch on those of others, and says why one is not offered', async () => {
    render(<SettingsProvider><ModulesPart authority="a" /></SettingsProvider>)
    const row = within((await screen.findByRole('heading', { name: 'frist' })).closest('li')!)
    row.getByText('Anderer Anbieter')
    row.getByText('Freigegeben: KI-Koordination, bis 30.11.2028')
    await userEvent.setup().click(row.getByRole('switch'))
    await screen.findByText('„frist“ ist eingeschaltet.')
    expect(row.getByRole('switch').getAttribute('aria-checked')).toBe('true')
    const withheld = within(screen.getByRole('region', { name: 'Zurzeit nicht angeboten' }))
    withheld.getByText('Die Freigabe ist abgelaufen.')
    expect(withheld.queryByRole('switch')).toBeNull()
  })
})
