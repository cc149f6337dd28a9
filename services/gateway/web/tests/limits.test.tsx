// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { send } from '../src/api/client'
import { warningOf, type Limit } from '../src/api/limits'
import { makeI18n } from '../src/i18n'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { SessionProvider } from '../src/session'
import { LimitNote, limitText } from '../src/shell/LimitNote'
import { Gateway, json } from './gateway'

const limit = (values: Partial<Limit>): Limit => ({
  scope: 'person', key: '', unit: 'tokens', limit: 100, used: null, left: null, level: 0, renews_at: '2026-12-01T00:00:00Z', ...values,
})

describe('the limit to speak of', () => {
  it('is none while all is well, also with an older gateway', () => {
    expect(warningOf({})).toBeNull()
    expect(warningOf({ day: [limit({})], month: [limit({ scope: 'authority' })] })).toBeNull()
  })

  it('is the one nearest to its end, the own one first, a single model last (QUO-05)', () => {
    const own = limit({ level: 80 })
    const budget = limit({ scope: 'authority', level: 90 })
    expect(warningOf({ day: [own], month: [budget] })).toMatchObject({ scope: 'authority', period: 'month', level: 90 })
    expect(warningOf({ day: [{ ...own, level: 90 }], month: [budget] })).toMatchObject({ scope: 'person', period: 'day' })
    expect(warningOf({ day: [limit({ scope: 'model', level: 100 }), own] })).toMatchObject({ scope: 'person' })
    expect(warningOf({ day: [limit({ scope: 'model', level: 100 })] })).toMatchObject({ scope: 'model' })
  })

  it('has a sentence in both languages for every scope, period and level', () => {
    for (const locale of ['de', 'en'] as const) {
      const i18n = makeI18n(locale)
      for (const scope of ['person', 'application', 'authority', 'model', 'cost_centre'] as const) {
        for (const period of ['day', 'month'] as const) {
          for (const level of [80, 90, 100]) {
            const text = limitText({ ...limit({ scope, level, key: 'K-1' }), period }, i18n)
            expect(text).not.toMatch(/undefined|limit\.|\{/)
            if (level < 100) expect(text).toContain(`${level} %`)
          }
        }
      }
    }
    expect(limitText({ ...limit({ level: 100 }), period: 'day' }, makeI18n('de'))).toContain('Administration Ihrer Behörde')
  })
})

let level = 0
let gateway: Gateway
beforeEach(async () => {
  level = 0
  gateway = new Gateway((request, response) => {
    const path = request.url ?? ''
    if (path === '/ui-config.json') return json(response, {})
    if (path === '/api/v1/modules') return json(response, { items: [] })
    if (path === '/run') {
      response.setHeader('ratelimit', '"tokens-per-day";r=5;t=9')
      return json(response, level < 100 ? {} : { code: 'quota_reached' }, level < 100 ? 200 : 429)
    }
    return json(response, { id: 'a', authority: null, roles: [], rights: [], limits: { day: [limit({ level })], month: [] } })
  })
  await gateway.start()
})
afterEach(() => gateway.stop())

const looks = (): number => gateway.seen.filter((seen) => seen.path === '/api/v1/me' && seen.headers['x-background']).length

describe('the note', () => {
  it('comes after work that cost something, goes when read, and comes back at the stop (QUO-05)', async () => {
    render(<SettingsProvider><SessionProvider otherwise={() => <p>…</p>}><textarea aria-label="Nachricht" /><LimitNote lookAfter={50} /></SessionProvider></SettingsProvider>)
    await screen.findByLabelText('Nachricht')
    expect(screen.queryByRole('region', { name: 'Hinweis zum Kontingent' })).toBeNull()
    expect(looks()).toBe(0)
    level = 80
    await Promise.all([send('/run'), send('/run'), send('/run')])
    await screen.findByText(/80 % Ihres Tageskontingents/)
    expect(looks()).toBe(1)
    await userEvent.setup().click(screen.getByRole('button', { name: 'Verstanden' }))
    expect(screen.queryByText(/Tageskontingent/)).toBeNull()
    await send('/run')
    await waitFor(() => expect(looks()).toBe(2))
    expect(screen.queryByText(/Tageskontingent/)).toBeNull()
    level = 100
    await expect(send('/run')).rejects.toThrow('HTTP 429')
    await screen.findByText(/Ihr Tageskontingent ist verbraucht/)
  })
})
