// SPDX-License-Identifier: EUPL-1.2
import { render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Citation } from '../src/api/types'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { SourceCard } from '../src/sources/SourceCard'
import { Gateway, json } from './gateway'

const CITATION: Citation = { number: 1, document: 'old', title: 'Regelung.txt', version: 'v', text: 'Einen Monat.', score: 1, char_from: 0, char_to: 12, quote: 'Einen Monat.' }

describe('a citation of a superseded document', () => {
  const successor = { document: 'new', name: 'Neufassung.txt', title: null, created_at: '2026-11-20T10:00:00Z' }
  let state: object
  const gateway = new Gateway((request, response) => {
    if (request.url === '/api/v1/documents/old') return json(response, state)
    if (request.url === '/api/v1/documents/old/text?part_at=0') return json(response, { code: 'not_found' }, 404)
    if (request.url === '/api/v1/me') return json(response, { id: 'a', authority: null, roles: [], rights: [] })
    return json(response, request.url === '/ui-config.json' ? {} : { items: [] })
  })
  beforeEach(() => gateway.start())
  afterEach(() => gateway.stop())
  const show = () => render(
    <SettingsProvider><SessionProvider otherwise={() => null}><SourceCard citation={CITATION} open onOpen={() => undefined} /></SessionProvider></SettingsProvider>,
  )

  it('says so, since when, and what holds now; its own words stay (DSG-08)', async () => {
    state = { id: 'old', superseded: true, superseded_by: successor }
    show()
    await screen.findByText('Überholt')
    expect(screen.getByText(/Ersetzt am 20\.11\.2026 durch „Neufassung\.txt“/).closest('[role=status]')).not.toBeNull()
    screen.getByText('Einen Monat.')
  })

  it('names nothing where the class of the new one is above the reader (DSG-08, TEN-15)', async () => {
    state = { id: 'old', superseded: true, superseded_by: { ...successor, name: null } }
    show()
    await screen.findByText('Überholt')
    expect(screen.queryByRole('link', { name: /Neue Fassung/ })).toBeNull()
  })

  it('says so too where what replaced it was deleted (DSG-08)', async () => {
    state = { id: 'old', superseded: true, superseded_by: null }
    show()
    await screen.findByText('Überholt')
    screen.getByText(/was es ersetzt hat, wurde gelöscht/)
    expect(screen.queryByRole('link', { name: /Neue Fassung/ })).toBeNull()
  })

  it('is silent while the document holds (DSG-08)', async () => {
    state = { id: 'old', superseded_by: null }
    show()
    await expect.poll(() => gateway.seen.some((one) => JSON.stringify(one).includes('/documents/old'))).toBe(true)
    expect(screen.queryByText('Überholt')).toBeNull()
  })
})
