// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pageImage } from '../src/api/endpoints'
import type { Manifest } from '../src/api/types'
import { CaseGate } from '../src/cases/CaseGate'
import { CasesProvider, useActingCase } from '../src/cases/CasesContext'
import { mayRead, readsSources } from '../src/cases/sources'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const one = (id: string, reference: string, more: object = {}) => ({ id, reference, title: null, protection_class: 'steuergeheimnis', state: 'open', updated_at: '2026-11-01T08:00:00Z', owner_name: null, ...more })
const Content = () => <p>Inhalt für {useActingCase() ?? 'keinen'}</p>

describe('cases under the Steuergeheimnis', () => {
  let required = true
  let cases: object[] = []
  let rights: string[] = []
  const gateway = new Gateway((request, response) => {
    if (request.url === '/api/v1/me') return json(response, { id: 'p', authority: null, roles: [], rights, case_required: required, protection_class: 'steuergeheimnis' })
    if (request.url === '/api/v1/cases' && request.method === 'POST') return json(response, one('neu', 'St 9'), 201)
    if (request.url === '/api/v1/cases') return json(response, { items: cases })
    return json(response, request.url === '/ui-config.json' ? {} : { items: [] })
  })
  beforeEach(async () => {
    required = true
    rights = ['case.list', 'case.create']
    cases = [one('eins', 'St 1', { title: 'Gärtnerei' }), one('zu', 'St 2', { state: 'closed' }), one('drei', 'St 3', { owner_name: 'Anna Weber' })]
    sessionStorage.clear()
    gateway.seen.length = 0
    await gateway.start()
  })
  afterEach(() => gateway.stop())
  const show = () => render(<SettingsProvider><SessionProvider otherwise={() => null}><CasesProvider><CaseGate what="x" hint="Hinweis"><Content /></CaseGate></CasesProvider></SessionProvider></SettingsProvider>)

  it('show nothing and ask for nothing where none are needed (AO-08)', async () => {
    required = false
    show()
    expect(await screen.findByText('Inhalt für keinen')).toBeTruthy()
    expect(gateway.seen.some((request) => request.path === '/api/v1/cases')).toBe(false)
  })

  it('open the content only for a chosen one, offer open ones of one\'s own, and remember the choice (AO-08)', async () => {
    const user = userEvent.setup()
    const view = show()
    await user.click(await screen.findByRole('button', { name: 'Vorgang wählen' }))
    expect(screen.queryByText(/Inhalt/)).toBeNull()
    const list = within(await screen.findByRole('list', { name: 'Ihre Vorgänge' }))
    expect(list.getAllByRole('button').map((button) => button.querySelector('strong')?.textContent)).toEqual(['St 1', 'St 3'])
    expect(list.getByText('von Anna Weber für Sie freigegeben')).toBeTruthy()
    await user.click(list.getByRole('button', { name: /St 1/ }))
    expect(screen.getByText('Inhalt für eins')).toBeTruthy()
    expect(screen.getByText('St 1 – Gärtnerei')).toBeTruthy()
    view.unmount()
    const again = show()
    expect(await screen.findByText('Inhalt für eins')).toBeTruthy()
    again.unmount()
    cases = []
    show()
    expect(await screen.findByText('keiner gewählt')).toBeTruthy()
    expect(screen.queryByText(/Inhalt/)).toBeNull()
  })

  it('that do not open are listed, and can not be chosen', async () => {
    const user = userEvent.setup()
    cases = [one('kaputt', '', { unreadable: true }), one('heil', 'St 3')]
    show()
    await user.click(await screen.findByRole('button', { name: 'Vorgang wählen' }))
    expect(await screen.findByText('Aktenzeichen nicht lesbar')).toBeTruthy()
    expect(screen.getAllByRole('button', { name: /St 3|nicht lesbar/ })).toHaveLength(1)
  })

  it('can be found among many, and made only by who may (AO-08)', async () => {
    const user = userEvent.setup()
    cases = Array.from({ length: 8 }, (_, i) => one(`n${i}`, `St ${i}/26`))
    rights = ['case.list']
    show()
    await user.click(await screen.findByRole('button', { name: 'Vorgang wählen' }))
    await user.type(await screen.findByLabelText(/Vorgang suchen/), '7/26')
    await waitFor(() => expect(screen.getAllByRole('button', { name: /St \d/ })).toHaveLength(1))
    expect(screen.queryByRole('button', { name: 'Neuer Vorgang' })).toBeNull()
  })

  it('are asked for by what a run opens, and stand in the address of a picture', () => {
    const module = (scopes: string[]) => ({ id: 'm', scopes }) as unknown as Manifest
    expect(readsSources(module(['search']), {})).toBe(true)
    expect(readsSources(module(['files.read']), {})).toBe(false)
    expect(readsSources(module(['files.read']), { files: ['f'] })).toBe(true)
    expect([mayRead(module(['files.read'])), mayRead(module(['chat.completions']))]).toEqual([true, false])
    expect(pageImage({ document: 'd' }, 2, [[1, 3]], 'c')).toBe('/api/v1/documents/d/pages/2?highlight=1-3&case=c')
    expect(pageImage({ document: 'd' }, 2, [], null)).toBe('/api/v1/documents/d/pages/2')
  })
})
