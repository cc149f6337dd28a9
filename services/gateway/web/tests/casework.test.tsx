// SPDX-License-Identifier: EUPL-1.2
import { configure, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Changes, Fact } from '../src/api/caseVersions'
import { CasePage } from '../src/casework/CasePage'
import { lineDifference } from '../src/casework/lineDifference'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { frame, Gateway, json, RUN } from './gateway'

// A check, its version and the page after it are several requests; the machine may be busy.
configure({ asyncUtilTimeout: 10_000 })

const LETTER = 'Bitte bis zum [Frist: wird bei der Freigabe gesetzt]:\n\n1. Mietbescheinigung'
const file = (own: boolean) => ({ file: 'f1', own, added_at: '2026-11-01T08:00:00Z', state: { id: 'f1', name: 'antrag.pdf', state: 'ready', size: 1, created_at: '2026-11-01T08:00:00Z' } })
type Made = { number: number; facts: Record<string, Fact>; set: Record<string, unknown>; checked: boolean; letter: string; rewritten: string | null }

describe('the work on a case', () => {
  let own = true
  let versions: Made[] = []
  let runs: { input: { rule_set: string; facts?: object } }[] = []
  let offered: string[] = []
  const last = () => versions[versions.length - 1]!
  const summary = (one: Made) => ({ version: one.number, sha256: 'ab', made_at: '2026-11-01T08:00:00Z', by: 'Anna Weber', based_on: one.number > 1 ? one.number - 1 : null, checked: one.checked, complete: false, counts: {}, signed: null })
  const view = (one: Made) => ({
    ...summary(one), rule_set: 'wohngeld', files: [{ file: 'f1', name: 'antrag.pdf' }], facts: one.facts, set_facts: one.set,
    documents: [{ file: 'antrag.pdf', pages: [1, 2], title: 'Antrag', names: ['Mia Muster'], readable: true, notices: ['text-addresses-software', 'hidden-text', 'neu'] }, { file: 'foto.jpg', readable: false, unreadable_reason: 'unleserlich', title: null }],
    requirements: { miete: { status: 'missing', title: 'Mietbescheinigung', reason: 'Fehlt.', evidence: [] }, lohn: { status: one.set['rent'] === undefined ? 'unclear' : 'present', title: 'Lohnabrechnung', evidence: [{ file: 'mail.eml#lohn.pdf', page: 1, quote: 'Juli' }] } },
    accepted: {}, letter: { text: one.letter, items: ['miete'], rewritten: one.rewritten ? { by: 'Anna Weber', at: '2026-11-01T08:00:00Z' } : null, reason: one.rewritten },
  })
  const difference = (before: Made, after: Made) => ({
    facts: before.facts['rent']?.value === after.facts['rent']?.value ? [] : [{ name: 'rent', before: before.facts['rent']?.value ?? null, after: after.facts['rent']?.value ?? null }],
    requirements: before.set['rent'] === after.set['rent'] ? [] : [{ name: 'lohn', before: 'unclear', after: 'present' }],
    accepted: [], files: [], rule_set: [], letter_changed: before.letter !== after.letter,
  })
  const change = (body: Changes): Made => {
    const before = last()
    const next: Made = { ...before, number: before.number + 1, facts: { ...before.facts }, set: { ...before.set } }
    for (const one of body.facts ?? []) {
      next.checked = false
      if (one.withdraw) {
        delete next.set[one.fact]
        next.facts[one.fact] = { source: 'file', value: 61200, file: 'antrag.pdf', page: 1 }
      } else {
        next.set[one.fact] = one.value
        next.facts[one.fact] = { source: 'person', value: one.value, by: 'Anna Weber', reason: one.reason, read: { value: 61200 } }
      }
    }
    if (body.letter) {
      next.letter = body.letter.text
      next.rewritten = body.letter.reason
    }
    return next
  }
  const gateway = new Gateway((request, response, body) => {
    const at = new URL(request.url ?? '', 'http://x').pathname
    const parts = /versions\/(\d+)(?:\/difference\/(\d+))?$/.exec(at)
    const numbered = (number: string | undefined) => versions.find((one) => one.number === Number(number))!
    if (at === '/api/v1/me') return json(response, { id: 'p', authority: null, roles: [], rights: [] })
    if (at === '/api/v1/modules') return json(response, { items: offered.length ? [{ id: 'completeness', title: 'Vollständigkeit', input_schema: { properties: { rule_set: { type: 'string', enum: offered, 'x-enum-labels': { wohngeld: { de: 'Wohngeld', en: 'Wohngeld' } } } } }, needs: 'none', mode: 'template' }] : [] })
    if (at === '/api/v1/modules/completeness/runs') {
      runs.push(JSON.parse(body) as (typeof runs)[number])
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      return response.end([{ type: 'run.started', seq: 1, run: RUN }, { type: 'done', result: {}, seq: 9, run: RUN }].map(frame).join(''))
    }
    if (at.endsWith('/corrections')) {
      versions.push(change(JSON.parse(body) as Changes))
      return json(response, view(last()), 201)
    }
    if (parts?.[2]) return json(response, { before: 1, after: 2, ...difference(numbered(parts[1]), numbered(parts[2])) })
    if (parts) return json(response, view(numbered(parts[1])))
    if (at.endsWith('/versions') && request.method === 'POST') {
      versions.push({ ...last(), number: last().number + 1, checked: true, letter: LETTER, rewritten: null })
      return json(response, view(last()), 201)
    }
    if (at.endsWith('/versions')) return json(response, { items: versions.toReversed().map(summary) })
    if (at.endsWith('/files')) return json(response, { items: [file(own)] })
    if (at.startsWith('/api/v1/cases/')) return json(response, { id: 'c', reference: 'W 1', title: null, protection_class: 'sozialdaten', state: 'open', rights: ['read', 'write'] })
    return json(response, at === '/ui-config.json' ? {} : { items: [] })
  })
  beforeEach(async () => {
    own = true
    offered = ['wohngeld']
    runs = []
    versions = [{ number: 1, facts: { rent: { source: 'file', value: 61200, file: 'antrag.pdf', page: 1 }, strom: { source: 'file', value: null, state: 'invalid', raw: '12.00' } }, set: {}, checked: true, letter: LETTER, rewritten: null }]
    sessionStorage.clear()
    gateway.seen.length = 0
    await gateway.start()
  })
  afterEach(() => gateway.stop())
  const show = () => render(<SettingsProvider><SessionProvider otherwise={() => null}><CasePage id="c" /></SessionProvider></SettingsProvider>)
  const correct = async (user: ReturnType<typeof userEvent.setup>, value: string) => {
    await user.click(await screen.findByRole('button', { name: 'rent korrigieren' }))
    await user.clear(screen.getByLabelText(/Neuer Wert/))
    await user.type(screen.getByLabelText(/Neuer Wert/), value)
    await user.type(screen.getByLabelText(/Grund/), 'Mietvertrag')
    await user.click(screen.getByRole('button', { name: 'Als neue Fassung speichern' }))
  }

  it('shows all that came in, with what nobody can read and what speaks to the software (INJ-04)', async () => {
    show()
    const list = within(await screen.findByRole('region', { name: 'Unterlagen: 2' }))
    list.getByText('antrag.pdf, Seite 1, 2 · nennt Mia Muster')
    list.getByText(/Text, der sich an die Software richtet/)
    list.getByText(/für Menschen nicht zu sehen/)
    list.getByText('Hinweis der Prüfung: neu')
    list.getByText('unleserlich')
    screen.getByText(/mail.eml#lohn.pdf, Seite 1. Diese Datei lässt sich hier nicht einzeln zeigen/)
    screen.getByText('nicht gültig: „12.00“')
  })

  it('checks again by itself after a correction, and again when it is taken back (APP-02, APP-04)', async () => {
    const user = userEvent.setup()
    show()
    await correct(user, '64000')
    await screen.findByRole('heading', { name: /Ergebnis der Prüfung – Fassung 3/ })
    expect(runs.map((run) => run.input.facts)).toEqual([{ rent: 64000 }])
    screen.getByText('festgelegt von Anna Weber: Mietvertrag')
    await user.click(screen.getByRole('button', { name: 'Korrektur von rent zurücknehmen' }))
    await user.click(screen.getByRole('button', { name: 'Zurücknehmen' }))
    screen.getByText('Bitte nennen Sie den Grund.')
    screen.getByText('Festgelegt ist „64.000“. Danach gilt wieder, was die Prüfung liest; zuletzt war das „61.200“.')
    await user.type(screen.getByLabelText(/Grund/), 'Verwechselt')
    await user.click(screen.getByRole('button', { name: 'Zurücknehmen' }))
    await screen.findByRole('heading', { name: /Ergebnis der Prüfung – Fassung 5/ })
    expect(runs.map((run) => run.input.facts)).toEqual([{ rent: 64000 }, undefined])
    expect(gateway.seen.filter((one) => one.path.endsWith('/corrections')).map((one) => (JSON.parse(one.body) as Changes).facts?.[0])[1]).toEqual({ fact: 'rent', withdraw: true, reason: 'Verwechselt' })
    expect(screen.queryByRole('button', { name: /zurücknehmen/ })).toBeNull()
  })

  it('of a colleague does not check files of others: it says what is to be done', async () => {
    own = false
    const user = userEvent.setup()
    show()
    await correct(user, '64000')
    await screen.findByText(/Das Ergebnis unten kennt sie noch nicht/)
    expect(runs).toEqual([])
    screen.getByText('Prüfen Sie erneut, bevor Sie freigeben.')
  })

  it('puts the letter into other words, with a reason, and shows what has changed', async () => {
    const user = userEvent.setup()
    const page = show()
    await user.click(await screen.findByRole('button', { name: 'Schreiben bearbeiten' }))
    const text = screen.getByLabelText(/Text des Schreibens/)
    expect(document.activeElement).toBe(text)
    await user.click(screen.getByRole('button', { name: 'Als neue Fassung speichern' }))
    screen.getByText('Sie haben noch nichts geändert.')
    await user.type(text, ' der Wohnung')
    // A page that is left in between loses nothing.
    page.unmount()
    show()
    await user.click(await screen.findByRole('button', { name: 'Schreiben bearbeiten' }))
    screen.getByText(/Seit Sie mit diesem Text begonnen haben/)
    expect((screen.getByLabelText(/Text des Schreibens/) as HTMLTextAreaElement).value).toBe(`${LETTER} der Wohnung`)
    await user.type(screen.getByLabelText(/Grund der Änderung/), 'Klarer gesagt')
    await user.click(screen.getByRole('button', { name: 'Als neue Fassung speichern' }))
    await screen.findByText(/Bearbeitet von Anna Weber am .*: Klarer gesagt/)
    expect(runs).toEqual([])
    const changes = within(await screen.findByRole('region', { name: 'Was sich in Fassung 2 geändert hat' }))
    const lines = within(await changes.findByRole('group', { name: 'Schreiben' }))
    expect(lines.getAllByRole('listitem').map((line) => line.textContent)).toEqual(['Bitte bis zum [Frist: wird bei der Freigabe gesetzt]:', 'vorher: 1. Mietbescheinigung', 'jetzt: 1. Mietbescheinigung der Wohnung'])
    await user.click(screen.getByRole('button', { name: 'rent korrigieren' }))
    within(screen.getByRole('dialog')).getByText(/Das bearbeitete Schreiben wird nach der neuen Prüfung neu entworfen/)
  })

  it('compares any two versions: facts, statuses by their titles', async () => {
    const user = userEvent.setup()
    show()
    await correct(user, '64000')
    await screen.findByRole('heading', { name: /Ergebnis der Prüfung – Fassung 3/ })
    const changes = within(screen.getByRole('region', { name: 'Was sich in Fassung 3 geändert hat' }))
    await changes.findByText('Inhaltlich ist nichts anders.')
    await user.selectOptions(changes.getByLabelText('Verglichen mit'), '1')
    await waitFor(() => expect(changes.getAllByRole('listitem').map((one) => one.textContent)).toEqual(['rent: vorher: 61.200 → jetzt: 64.000', 'Lohnabrechnung: vorher: Unklar → jetzt: Liegt vor']))
  })

  it('offers the rule sets of the installation where there are several', async () => {
    offered = ['wohngeld', 'eigenes']
    const user = userEvent.setup()
    show()
    await user.selectOptions(await screen.findByLabelText('Regelwerk'), 'eigenes')
    await user.click(screen.getByRole('button', { name: 'Erneut prüfen' }))
    await screen.findByRole('heading', { name: /Ergebnis der Prüfung – Fassung 2/ })
    expect(runs.map((run) => run.input.rule_set)).toEqual(['eigenes'])
  })
})

describe('lines of two letters', () => {
  it('stay, go and come; nothing is lost', () => {
    expect(lineDifference('a\n\nb\nc', 'a\n\nc\nd')).toEqual([{ kind: 'same', text: 'a' }, { kind: 'gone', text: 'b' }, { kind: 'same', text: 'c' }, { kind: 'new', text: 'd' }])
    expect(lineDifference('', 'x')).toEqual([{ kind: 'new', text: 'x' }])
    expect(lineDifference('x', '')).toEqual([{ kind: 'gone', text: 'x' }])
    expect(lineDifference('x\ny', 'x\ny').every((line) => line.kind === 'same')).toBe(true)
  })
})
