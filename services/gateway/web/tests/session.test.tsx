// SPDX-License-Identifier: EUPL-1.2
import { act, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { send } from '../src/api/client'
import { ABSOLUTE_LEAD, endsOf, IDLE_LEAD, minutesLeft, nextLook, phaseAt } from '../src/api/sessionEnds'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { SessionProvider } from '../src/session'
import { SessionWarning } from '../src/shell/SessionWarning'
import { SignIn } from '../src/SignIn'
import { Gateway, json } from './gateway'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('the end of a session', () => {
  it('is counted by the server’s clock, not by this machine’s', () => {
    const times = { now: '2026-11-25T10:00:00.000Z', idle_ends_at: '2026-11-25T10:45:00.000Z', ends_at: '2026-11-25T20:00:00.000Z' }
    for (const wrong of [-3 * HOUR, 0, 7 * MINUTE]) {
      const asked = Date.parse(times.now) + wrong
      expect(endsOf(times, asked)).toEqual({ idle: asked + 45 * MINUTE, absolute: asked + 10 * HOUR })
    }
  })

  it('is told at least two minutes before the idle end, and before the last end (A11Y-08)', () => {
    expect(IDLE_LEAD).toBeGreaterThan(2 * MINUTE)
    expect(ABSOLUTE_LEAD).toBeGreaterThan(2 * MINUTE)
    const ends = { idle: 45 * MINUTE, absolute: 600 * MINUTE }
    const phases = [0, 41, 42, 44.9, 45].map((minute) => phaseAt(ends, minute * MINUTE))
    expect(phases).toEqual(['calm', 'calm', 'idle', 'idle', 'over'])
    const late = { idle: 700 * MINUTE, absolute: 600 * MINUTE }
    expect([589, 590, 599, 600].map((minute) => phaseAt(late, minute * MINUTE))).toEqual(['calm', 'absolute', 'absolute', 'over'])
    // In the last minutes before the last end one may still be idle.
    expect(phaseAt({ idle: 595 * MINUTE, absolute: 600 * MINUTE }, 593 * MINUTE)).toBe('idle')
  })

  it('is not looked at more often than there is something to say', () => {
    const ends = { idle: 45 * MINUTE, absolute: 600 * MINUTE }
    const looks: number[] = []
    for (let at = 0; looks.length < 9 && at < ends.idle;) {
      at = nextLook(ends, at)
      looks.push(at / MINUTE)
    }
    expect(looks).toEqual([42, 43, 44, 45])
    expect([3 * MINUTE, 3 * MINUTE - 1, 1, 0, -5].map((left) => minutesLeft(left, 0))).toEqual([3, 3, 1, 0, 0])
  })
})

type Ends = { idle: number; absolute: number }
/** A gateway whose session has `ends`, in real time; null = it is over. Its own clock is a day behind. */
let ends: Ends | null
let broken = false
let gateway: Gateway
const DAY = 24 * HOUR
const at = (moment: number): string => new Date(moment - DAY).toISOString()
const left = (idle: number, absolute: number): Ends => ({ idle: Date.now() + idle, absolute: Date.now() + absolute })

beforeEach(async () => {
  broken = false
  gateway = new Gateway((request, response) => {
    const path = request.url ?? ''
    if (path === '/ui-config.json') return json(response, {})
    if (ends === null) return json(response, { code: 'session_ended' }, 401)
    if (path === '/api/v1/modules') return json(response, { items: [] })
    if (broken && request.headers['x-background'] === undefined) return json(response, { detail: 'Bitte später.' }, 503)
    // A person's request prolongs, the page's own does not.
    if (request.headers['x-background'] === undefined && gateway.seen.length > 3) ends = { ...ends, idle: Date.now() + 45 * MINUTE }
    return json(response, { id: 'a', authority: null, roles: [], rights: [], session: { now: at(Date.now()), idle_ends_at: at(ends.idle), ends_at: at(ends.absolute) } })
  })
  await gateway.start()
})
afterEach(() => gateway.stop())

const asked = (): string[] => gateway.seen.filter((seen) => seen.path === '/api/v1/me').map((seen) => (seen.headers['x-background'] ? 'look' : 'prolong'))

function open(): void {
  render(
    <SettingsProvider>
      <SessionProvider otherwise={(state, config) => (state.kind === 'loading' ? <p>…</p> : <SignIn state={state} config={config} retry={() => undefined} />)}>
        <textarea aria-label="Nachricht" /><SessionWarning />
      </SessionProvider>
    </SettingsProvider>,
  )
}

describe('the warning', () => {
  it('asks, extends with one request, and gives the focus back (A11Y-08)', async () => {
    ends = left(IDLE_LEAD + 300, 8 * HOUR)
    open()
    const field = await screen.findByLabelText('Nachricht')
    field.focus()
    expect(screen.queryByRole('alertdialog')).toBeNull()
    const dialog = await screen.findByRole('alertdialog', { name: 'Möchten Sie weiter arbeiten?' })
    expect(screen.getByRole('status').textContent).toBe('Noch 3 Minuten.')
    const described = document.getElementById(dialog.getAttribute('aria-describedby') ?? '')
    expect(described?.textContent).toContain('endet Ihre Sitzung um')
    const button = screen.getByRole('button', { name: 'Weiter arbeiten' })
    expect(document.activeElement).toBe(button)
    expect(asked()).toEqual(['prolong', 'look'])
    await userEvent.setup().keyboard('{Enter}')
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
    expect(asked()).toEqual(['prolong', 'look', 'prolong'])
    expect(document.activeElement).toBe(field)
  })

  it('stays away when work elsewhere has prolonged the session', async () => {
    ends = left(IDLE_LEAD + 300, 8 * HOUR)
    open()
    await screen.findByLabelText('Nachricht')
    ends = left(45 * MINUTE, 8 * HOUR)
    await waitFor(() => expect(asked()).toEqual(['prolong', 'look']))
    await act(() => new Promise((resolve) => setTimeout(resolve, 100)))
    expect(screen.queryByRole('alertdialog')).toBeNull()
  })

  it('says why it could not extend, and tries again', async () => {
    ends = left(2 * MINUTE, 8 * HOUR)
    open()
    await screen.findByRole('alertdialog')
    broken = true
    const user = userEvent.setup()
    await user.click(screen.getByRole('button', { name: 'Weiter arbeiten' }))
    expect((await screen.findByRole('alert')).textContent).toContain('Bitte später.')
    broken = false
    await user.click(screen.getByRole('button', { name: 'Weiter arbeiten' }))
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
  })

  it('says that the last end can’t be put off, and leaves a line', async () => {
    ends = left(40 * MINUTE, 7 * MINUTE)
    open()
    await screen.findByRole('alertdialog', { name: 'Bald müssen Sie sich neu anmelden' })
    expect(screen.getByRole('status').textContent).toBe('Noch 7 Minuten.')
    await userEvent.setup().keyboard('{Enter}')
    expect(screen.queryByRole('alertdialog')).toBeNull()
    expect(screen.getByText(/^Ihre Sitzung endet um/)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Jetzt neu anmelden' }).getAttribute('href')).toContain('/auth/login?next=')
    expect(asked()).toEqual(['prolong', 'look'])
  })

  it('is gone with the session: the sign-in says what happened, and leads back', async () => {
    ends = left(300, 8 * HOUR)
    open()
    await screen.findByRole('alertdialog')
    ends = null
    const title = await screen.findByRole('heading', { name: 'Ihre Sitzung ist beendet' })
    expect(document.activeElement).toBe(title)
    expect(screen.getByRole('alert').textContent).toContain('Was Sie geschrieben haben, ist dann wieder da.')
    expect(screen.queryByLabelText('Nachricht')).toBeNull()
    expect(screen.getByRole('link', { name: 'Erneut anmelden' }).getAttribute('href')).toBe('/auth/login?next=%2Fchat%2F1%3Fa%3Db')
  })

  it('gives way to the sign-in as well when any request is refused', async () => {
    ends = left(40 * MINUTE, 8 * HOUR)
    open()
    await screen.findByLabelText('Nachricht')
    ends = null
    await act(() => expect(send('/api/v1/runs')).rejects.toThrow('HTTP 401'))
    expect(screen.getByRole('heading', { name: 'Ihre Sitzung ist beendet' })).toBeTruthy()
  })
})
