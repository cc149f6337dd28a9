// SPDX-License-Identifier: EUPL-1.2
import { configure, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CasesProvider } from '../src/cases/CasesContext'
import { ModulePage } from '../src/modules/ModulePage'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json, RUN } from './gateway'

configure({ asyncUtilTimeout: 10_000 })
const label = (text: string) => ({ de: text, en: text })
const requirement = (status: string, title: string, more: object = {}) => ({ status, title, kind: 'document', reason_code: 'x', reason: '', facts: [], legal_basis: ['§ 23 WoGG'], evidence: [], persons: {}, ...more })
const result = (open: boolean) => ({
  schema_version: 1, rule_set: 'wohngeld', catalogue_sha256: 'ab', principle: 'Die Prüfung betrifft nur die Vollständigkeit.', reference_date: '2026-10-14', application_file: open ? null : 'antrag.pdf', complete: !open, mode: 'template',
  files: [{ file: 'f1', name: 'antrag.pdf' }],
  facts: { antragsart: { value: 'mietzuschuss', state: 'stated', file: 'antrag.pdf', page: 1, given: false }, einkommensarten: { value: [], state: 'stated' }, anschrift: { value: { strasse: 'Am Markt 1', plz: '12345' }, state: 'stated' } },
  documents: [{ file: 'antrag.pdf', pages: [1], title: 'Antrag', names: [], readable: true, notices: [], duplicate_of: null }, { file: 'kopie.pdf', pages: [1], title: null, names: [], readable: false, unreadable_reason: 'nicht-pruefbar', notices: [], duplicate_of: 'antrag.pdf' }],
  requirements: {
    rente: requirement('not_applicable', 'Rentenbescheid'),
    anschrift: requirement('present', 'Anschrift', { evidence: [{ file: 'antrag.pdf', page: 1, quote: 'Am Markt 1' }] }),
    ...(open ? { miete: requirement('missing', 'Mietbescheinigung'), lohn: requirement('unclear', 'Lohnabrechnung', { reason: 'August 2026 fehlt.' }) } : {}),
  },
  switched_off: open ? {} : { meldebescheinigung: 'Meldebescheinigung' },
  letter: open ? { items: ['miete', 'lohn'], text: 'Bitte reichen Sie ein:\n1. Mietbescheinigung' } : { items: [], text: '' },
})

describe('a check that belongs to no case', () => {
  let open = true
  let rights: string[] = []
  const module = { id: 'completeness', version: '1.0.0', title: label('Vollständigkeit prüfen'), description: label('Prüft einen Antrag.'), input_schema: { type: 'object', properties: {} }, result_schema: {}, needs: 'none', mode: 'template', human_step: label('Eine Fassung wird freigegeben.') }
  const others = [{ ...module, id: 'summarise', title: label('Zusammenfassen'), needs: 'optional', mode: 'generative' }, { ...module, id: 'draft', title: label('Entwerfen'), needs: 'optional' }]
  const gateway = new Gateway((request, response) => {
    const at = request.url ?? ''
    if (at === '/api/v1/me') return json(response, { id: 'p', authority: null, roles: [], rights })
    if (at === '/api/v1/modules') return json(response, { items: [module, ...others] })
    if (at === `/api/v1/runs/${RUN}`) return json(response, { id: RUN, module: 'completeness', state: 'succeeded', mode: 'template', result: result(open), warnings: [], created_at: '2026-11-01T08:00:00Z' })
    if (at.startsWith('/api/v1/files/f1/pages')) return json(response, { page: 1, pages: 1, char_from: 0, char_to: 10, blocks: [] })
    return json(response, at === '/ui-config.json' ? {} : { items: [] })
  })
  beforeEach(async () => {
    open = true
    rights = ['case.create']
    sessionStorage.clear()
    await gateway.start()
  })
  afterEach(() => {
    history.replaceState(null, '', '/')
    return gateway.stop()
  })
  const show = (id = 'completeness', query = `?run=${RUN}`) => {
    history.replaceState(null, '', `/modules/${id}${query}`)
    return render(<SettingsProvider><SessionProvider otherwise={() => null}><CasesProvider><ModulePage id={id} /></CasesProvider></SessionProvider></SettingsProvider>)
  }

  it('shows what is open first, then the task list of a case, and never a form of JSON (APP-03)', async () => {
    show()
    const shown = within(await screen.findByRole('region', { name: 'Ergebnis' }))
    shown.getByText('Noch offen: 1 fehlend, 1 unklar.')
    expect(shown.queryByText(/abgeschaltet/)).toBeNull()
    expect(shown.getAllByRole('heading', { level: 3 }).map((one) => one.textContent)).toEqual(['Auf einen Blick', 'Fehlt: 1', 'Unklar: 1', 'Liegt vor: 1', 'Nicht erforderlich: 1', 'Unterlagen: 2', 'Schreiben'])
    const summary = within(shown.getByRole('region', { name: 'Auf einen Blick' }))
    expect(summary.getAllByRole('definition').map((one) => one.textContent)).toEqual(['nicht erkannt', '14.10.2026', 'Fehlt: 1 · Unklar: 1 · Liegt vor: 1 · Nicht erforderlich: 1'])
    shown.getByText('August 2026 fehlt.')
    shown.getByText('gleicher Inhalt wie antrag.pdf', { exact: false })
    shown.getByText('nicht prüfbar')
    expect(shown.getByText(/Am Markt 1, 12345/)).toBeTruthy()
    expect(document.body.textContent).not.toMatch(/[{}"]/)
  })

  it('opens the page of the evidence beside the requirement', async () => {
    show()
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Fundstelle zeigen: antrag.pdf, Seite 1' }))
    const picture = await screen.findByRole('img', { name: /^Seite 1/ })
    expect(picture.getAttribute('src')).toContain('/api/v1/files/f1/pages/1')
  })

  it('is not agreed to, corrected, signed or taken away here: that needs a case (KI-04)', async () => {
    show()
    await screen.findByText(/Er verlässt Genius nur aus einem Vorgang/)
    expect(screen.getByRole('link', { name: 'Vorgänge' }).getAttribute('href')).toBe('/cases')
    expect(screen.queryByRole('button', { name: /Zustimmen|korrigieren|bearbeiten|freigeben|DOCX|PDF|Kopieren/ })).toBeNull()
  })

  it('names no way that one does not have', async () => {
    rights = []
    show()
    await screen.findByText(/Er verlässt Genius/)
    expect(screen.queryByRole('link', { name: 'Vorgänge' })).toBeNull()
  })

  it('that is complete asks for nothing', async () => {
    open = false
    show()
    await screen.findByText('Es fehlt nichts, und nichts ist unklar.')
    expect(screen.queryByRole('heading', { name: 'Schreiben' })).toBeNull()
    // What nobody has looked at is said, so that complete means what it says.
    screen.getByText('Nicht geprüft, weil in dieser Installation abgeschaltet: Meldebescheinigung')
  })

  it('says truthfully what runs without a language model, and what does not (KI-02)', async () => {
    const page = show()
    await screen.findByText(/nutzt kein Sprachmodell: Feste Regeln lesen und vergleichen die Angaben; auf eingescannten Seiten liest eine Texterkennung, die sich irren kann/)
    expect(screen.queryByText(/nutzt künstliche Intelligenz/)).toBeNull()
    page.unmount()
    const other = show('summarise', '')
    await screen.findByText(/nutzt künstliche Intelligenz/)
    other.unmount()
    show('draft', '')
    await screen.findByText(/arbeitet zurzeit ohne Sprachmodell: Es wird eine Vorlage/)
  })
})
