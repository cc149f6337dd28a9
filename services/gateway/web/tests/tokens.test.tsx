// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TOKEN_SCOPES } from '../src/api/tokens'
import { TokensPart } from '../src/data/TokensPart'
import { deTokens } from '../src/i18n/de.tokens'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const SECRET = `genius_${'a'.repeat(49)}`
const LATER = new Date(Date.now() + 30 * 86_400_000).toISOString()
const key = (name: string, more: object = {}) => ({ id: name, name, scopes: ['search', 'neues'], created_at: '2026-11-01T08:00:00Z', expires_at: LATER, last_used_on: null, revoked_at: null, ...more })

describe('keys for programs', () => {
  const kept = [key('Bericht'), key('Alt', { revoked_at: '2026-11-02T08:00:00Z' }), key('Ende', { expires_at: '2026-11-02T08:00:00Z' })]
  let items = kept
  const gateway = new Gateway((request, response) => {
    if (request.method === 'POST') return json(response, { ...key('Neu'), token: SECRET }, 201)
    if (request.method === 'DELETE') {
      response.writeHead(204).end()
      return undefined
    }
    return json(response, { items })
  })
  beforeEach(async () => {
    items = kept
    gateway.seen.length = 0
    await gateway.start()
    render(<SettingsProvider><TokensPart /></SettingsProvider>)
  })
  afterEach(() => gateway.stop())
  const sent = (method: string) => gateway.seen.filter((request) => request.method === method)

  it('are listed with what they may and when they end; one that ended can\'t be revoked', async () => {
    const list = await screen.findAllByRole('listitem')
    expect(list).toHaveLength(3)
    expect(within(list[0]!).getByText('In Wissensbasen suchen · neues')).toBeTruthy()
    expect(screen.getAllByRole('button', { name: /widerrufen/ })).toHaveLength(1)
    expect(within(list[1]!).getByText(/widerrufen am/)).toBeTruthy()
    expect(within(list[2]!).getByText(/abgelaufen am/)).toBeTruthy()
  })

  it('are made with a name and a use, and shown once (AUTH-14)', async () => {
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: 'Zugangsschlüssel anlegen' }))
    await user.click(screen.getByRole('button', { name: 'Anlegen' }))
    expect(screen.getByRole('alert').textContent).toBe(deTokens['token.scopes.missing'])
    expect(sent('POST')).toHaveLength(0)
    await user.type(screen.getByLabelText('Bezeichnung'), ' Neu ')
    await user.click(screen.getByLabelText('In Wissensbasen suchen'))
    await user.click(screen.getByRole('button', { name: 'Anlegen' }))
    const shown = await screen.findByDisplayValue<HTMLInputElement>(SECRET)
    expect(shown.readOnly).toBe(true)
    expect(JSON.parse(sent('POST')[0]!.body)).toEqual({ name: 'Neu', scopes: ['search'], expires_in_days: 90 })
    expect(sent('POST')[0]!.headers['x-csrf']).toBe('1')
    await user.click(screen.getByRole('button', { name: 'Ich habe ihn gespeichert' }))
    expect(screen.queryByDisplayValue(SECRET)).toBeNull()
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain(SECRET)
  })

  it('are revoked after a question', async () => {
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: '„Bericht“ widerrufen' }))
    expect(sent('DELETE')).toHaveLength(0)
    await user.click(screen.getByRole('button', { name: 'Widerrufen' }))
    await waitFor(() => expect(sent('DELETE').map((request) => request.path)).toEqual(['/api/v1/me/tokens/Bericht']))
  })

  it('have a text for every use', () => {
    for (const scope of TOKEN_SCOPES) expect(`token.scope.${scope}` in deTokens).toBe(true)
  })
})
