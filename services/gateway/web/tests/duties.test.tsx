// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LimitsForm } from '../src/administration/LimitsForm'
import { highest, named } from '../src/administration/names'
import { UsedLimits } from '../src/administration/UsedLimits'
import { ApiError } from '../src/api/client'
import { verifyAudit } from '../src/api/audit'
import type { LimitSet } from '../src/api/administration'
import { AREAS, check, queryOf, start } from '../src/audit/query'
import { CheckHere } from '../src/audit/CheckHere'
import { makeI18n } from '../src/i18n'
import { de } from '../src/i18n/de'
import { sums } from '../src/operation/AuthorityUsage'
import { dutiesOf } from '../src/shell/duties'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { TermsGate } from '../src/terms/TermsGate'
import { Gateway, json } from './gateway'

const ID = '01234567-89ab-4def-8123-456789abcdef'
const NOW = new Date('2026-11-25T15:00:00')
const BOUNDS = {
  authority: { tokens_per_day: 50, requests_per_day: 40, tokens_per_month: 1000 },
  person: { tokens_per_day: 30, requests_per_day: 20 },
  application: { tokens_per_day: 30, requests_per_day: 20 },
  api_token: { tokens_per_day: 30, requests_per_day: 20 },
  model: { tokens_per_day: 50, requests_per_day: 40 },
}

describe('a search in the audit trail', () => {
  it('is of the last 30 days unless told, the last one included', () => {
    const query = queryOf(start(NOW))
    expect(new Date(query.until).getTime() - new Date(query.since).getTime()).toBeGreaterThanOrEqual(30 * 86_400_000)
    expect(new Date(query.until).getTime()).toBeGreaterThan(NOW.getTime())
    expect(Object.keys(query)).toEqual(['since', 'until'])
  })

  it('asks for a reason where it is about a person, and sends none otherwise (PER-01)', () => {
    const wanted = { ...start(NOW), person: ` ${ID.toUpperCase()} ` }
    expect(check(wanted)).toEqual({ reason: 'aud.reason.missing' })
    expect(check({ ...wanted, reason: 'vorfall' })).toEqual({})
    expect(queryOf({ ...wanted, reason: 'vorfall' })).toMatchObject({ person: ID, reason: 'vorfall' })
    expect(queryOf({ ...wanted, person: '', reason: 'vorfall' })).not.toHaveProperty('reason')
  })

  it('refuses a period that is too long or turned round, and what is no id', () => {
    expect(check({ ...start(NOW), since: '2026-11-26', until: '2026-11-24' })).toHaveProperty('since')
    expect(check({ ...start(NOW), since: '2024-01-01' })).toHaveProperty('since')
    expect(check({ ...start(NOW), since: '' })).toHaveProperty('since')
    expect(check({ ...start(NOW), person: 'Weber', object: '4711' })).toMatchObject({ person: 'aud.id.wrong', object: 'aud.id.wrong' })
  })

  it('has a name for every area that it offers', () => {
    for (const area of AREAS) expect(`aud.area.${area}` in de).toBe(true)
  })
})

describe('words of the server', () => {
  const { t } = makeI18n('de')
  it('are shown as they are where there is no text for them yet', () => {
    expect(named('adm.role', 'revision', t)).toBe('Revision')
    expect(named('adm.role', 'neue_rolle', t)).toBe('neue_rolle')
  })
  it('of several protection classes name the highest', () => {
    expect(highest(['intern', 'sozialdaten', 'offen'])).toBe('sozialdaten')
    expect(highest([])).toBe('')
  })
})

describe('pages of roles', () => {
  const me = { authority: null, roles: [] }
  it('are offered by what a person may do, and never by an old gateway that says nothing', () => {
    expect(dutiesOf(me)).toEqual([])
    expect(dutiesOf({ ...me, rights: ['run.start'] })).toEqual([])
    expect(dutiesOf({ ...me, rights: ['member.list'] }).map((duty) => duty.to)).toEqual(['/administration'])
    expect(dutiesOf({ ...me, rights: ['audit.search'] }).map((duty) => duty.to)).toEqual(['/audit'])
    expect(dutiesOf({ ...me, rights: ['retrieval_check.list'] })).toEqual([])
    expect(dutiesOf({ ...me, case_required: true, rights: ['retrieval_check.list'] }).map((duty) => duty.to)).toEqual(['/inspection'])
    expect(dutiesOf({ ...me, rights: ['model_catalogue.read'] }).map((duty) => duty.to)).toEqual(['/operation'])
  })
})

describe('the form of limits', () => {
  const shown = (save: (wanted: LimitSet) => Promise<unknown>) =>
    render(<LimitsForm values={{ person: { requests_per_day: 7 } }} bounds={BOUNDS} hint={(bound) => `Höchstens ${bound}`} save={save} />)

  it('sends what stands in it as numbers, also with points, and leaves empty fields out', async () => {
    const sent: LimitSet[] = []
    shown((wanted) => Promise.resolve(sent.push(wanted)))
    const month = screen.getByLabelText('Budget im Monat (Tokens)')
    for (const text of ['1.000', '1000', '1,000', ' 1 000 ']) {
      await userEvent.clear(month)
      await userEvent.type(month, text)
      await userEvent.click(screen.getByRole('button'))
      expect(sent.pop()).toEqual({ authority: { tokens_per_month: 1000 }, person: { requests_per_day: 7 } })
    }
    expect(await screen.findByText('Gespeichert.')).toBeTruthy()
  })

  it('sends nothing where a field holds no number; the summary leads there', async () => {
    let asked = 0
    shown(() => Promise.resolve(asked++))
    const month = screen.getByLabelText('Budget im Monat (Tokens)')
    for (const wrong of ['viel', '-1', '1,5', '1.5', '1.0000', '9'.repeat(16)]) {
      await userEvent.clear(month)
      await userEvent.type(month, wrong)
      await userEvent.click(screen.getByRole('button'))
      expect(month.getAttribute('aria-invalid')).toBe('true')
    }
    expect(asked).toBe(0)
    await userEvent.click(screen.getByRole('link'))
    expect(document.activeElement).toBe(month)
  })

  it('shows the refusal of the server at its field', async () => {
    shown(() => Promise.reject(new ApiError(400, { errors: [{ pointer: '/person/requests_per_day', detail: 'Der Betrieb erlaubt höchstens 20.' }] })))
    await userEvent.click(screen.getByRole('button'))
    expect(await screen.findByRole('link')).toHaveProperty('textContent', 'Jede Person, Anfragen am Tag: Der Betrieb erlaubt höchstens 20.')
  })
})

it('hides use that would tell of few people, and still warns (PER-01)', () => {
  const limit = { scope: 'authority' as const, key: '', unit: 'tokens' as const, limit: 100, used: null, left: null, level: 90, renews_at: '2026-12-01T00:00:00Z' }
  render(<UsedLimits used={{ day: [], month: [limit] }} />)
  expect(screen.getByText('90 % erreicht')).toBeTruthy()
  expect(screen.getByText(/mindestens fünf Personen/)).toBeTruthy()
  expect(document.querySelector('progress')).toBeNull()
})

it('sums what is shown of each authority and counts what is hidden (PER-01)', () => {
  const row = { authority: 'a', day: '2026-11-25', kind: 'run', requests: 2, input_tokens: 3, output_tokens: 4, suppressed: false }
  const hidden = { ...row, kind: 'search', requests: null, input_tokens: null, output_tokens: null, suppressed: true }
  expect(sums([row, hidden, { ...row, authority: 'b', input_tokens: 9 }, row])).toEqual([
    { authority: 'a', requests: 4, tokens: 14, hidden: 1 },
    { authority: 'b', requests: 2, tokens: 13, hidden: 0 },
  ])
})

describe('with a gateway', () => {
  let gateway: Gateway
  let lines: string[] = []
  let accepted: string | null = null
  beforeEach(async () => {
    accepted = null
    gateway = new Gateway((request, response, body) => {
      const path = request.url ?? ''
      if (path === '/api/v1/audit/verify') {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        for (const line of lines) response.write(line)
        return response.end()
      }
      if (path === '/api/v1/me/terms') {
        accepted = (JSON.parse(body) as { version: string }).version
        return json(response, { version: accepted, accepted_at: '2026-11-25T00:00:00Z' })
      }
      if (path === '/api/v1/me') return json(response, { authority: { id: ID, name: 'Amt' }, roles: [], rights: [], terms: { version: '1.2', accepted_at: accepted } })
      if (path === '/api/v1/me/data/overview') return json(response, { items: [{ kind: 'conversations', title: 'Gespräche', days: 30, since: 'der letzten Änderung', counts: {} }], held: false })
      return json(response, { items: [] })
    })
    await gateway.start()
  })
  afterEach(() => gateway.stop())

  const result = { holds: true, records: 3, chains: 1, checkpoints: 1, faults: 0, first_faults: [], at: '2026-11-25T00:00:00Z' }

  it('reads progress and result of a check, however the lines are cut', async () => {
    const text = `{"records":1,"total":3}\n{"records":3,"total":3}\n${JSON.stringify({ result })}\n`
    lines = [text.slice(0, 9), text.slice(9, 30), text.slice(30)]
    const seen: number[][] = []
    expect(await verifyAudit((records, total) => seen.push([records, total]))).toEqual(result)
    expect(seen).toEqual([[1, 3], [3, 3]])
  })

  it('takes a check that breaks off for none', async () => {
    lines = ['{"records":1,"total":3}\n']
    render(<CheckHere onDone={() => undefined} />)
    await userEvent.click(screen.getByRole('button'))
    expect(await screen.findByText(/abgebrochen, bevor die Prüfung zu Ende war/)).toBeTruthy()
    expect(screen.queryByText('Das Protokoll ist unverändert.')).toBeNull()
  })

  it('says which places do not hold', async () => {
    lines = [`${JSON.stringify({ result: { ...result, holds: false, faults: 2, first_faults: [{ kind: 'changed', chain: 'tenant', seq: 7, text: 'passt nicht' }] } })}\n`]
    render(<CheckHere onDone={() => undefined} />)
    await userEvent.click(screen.getByRole('button'))
    expect(await screen.findByText(/2 Stellen stimmen nicht/)).toBeTruthy()
    expect(screen.getByText('Kette tenant, Eintrag 7: passt nicht')).toBeTruthy()
  })

  it('lets nobody in before the terms are accepted, and accepts nothing by itself (PER-02)', async () => {
    render(<SettingsProvider><SessionProvider otherwise={() => null}><TermsGate><p>Arbeit</p></TermsGate></SessionProvider></SettingsProvider>)
    const box = (await screen.findByRole('checkbox')) as HTMLInputElement
    expect(box.checked).toBe(false)
    expect(await screen.findByText('Gespräche: 30 Tage nach der letzten Änderung')).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Zustimmen und beginnen' }))
    expect(accepted).toBeNull()
    expect(screen.queryByText('Arbeit')).toBeNull()
    await userEvent.click(box)
    await userEvent.click(screen.getByRole('button', { name: 'Zustimmen und beginnen' }))
    await waitFor(() => expect(screen.getByText('Arbeit')).toBeTruthy())
    expect(accepted).toBe('1.2')
  })
})
