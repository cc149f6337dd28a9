// SPDX-License-Identifier: EUPL-1.2
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Explanation } from '../src/api/explanation'
import type { KnowledgeBase } from '../src/api/types'
import { LiveRegions } from '../src/chat/announcer'
import { SearchCheck } from '../src/searchcheck/SearchCheck'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const BASE: KnowledgeBase = { id: 'kb', name: 'Wohngeld', owner: 'person', rights: ['read', 'write'], protection_class: 'intern' }
const ME = { id: 'p', name: 'Anna', authority: { id: 'a', short: 'amt', name: 'Amt' }, roles: ['sachbearbeitung'], units: [], actions: [] }
const TEXT = 'Ä𝄞 Das Wohngeld wird für zwölf Monate bewilligt. Ende.'
const told = (more: Partial<Explanation> = {}): Explanation => ({
  reading: { form: 'keywords', words: [{ word: 'wohngeld', weight: 4.41, known: true, also: ['wohngeld', 'geld'] }, { word: 'xyzzy', weight: 9, known: false, also: ['xyzzy'] }], kinds: [], references: ['§ 25 WoGG'], laws: ['wogg'] },
  hits: [{ hit: { document: 'd', title: 'Merkblatt', version: 'v', text: TEXT, score: 3.5, char_from: 100, char_to: 100 + [...TEXT].length, passages: [{ char_from: 103, char_to: 148, score: 1 }] }, branches: [{ branch: 'body', rank: 2, share: 0.5 }, { branch: 'neu', rank: 1, share: 1 }], words: ['wohngeld'], cited: false, near: 0 }],
  verdict: { answerable: false, confidence: 0.2, elsewhere: 'BGB (Miete)' },
  threshold: 0.37, candidates: 12, steps: [{ name: 'index', milliseconds: 2 }, { name: 'ranking', milliseconds: 3.5 }], searched: { knowledge_bases: 1, documents: 4 },
  ...more,
})

describe('how a search came to its hits', () => {
  let answer: () => [object, number]
  const gateway = new Gateway((request, response) => {
    if (request.url === '/api/v1/me') return json(response, ME)
    if (request.url?.endsWith('/search/explain')) return json(response, ...answer())
    return json(response, { items: [] })
  })
  beforeEach(async () => {
    answer = () => [told(), 200]
    await gateway.start()
  })
  afterEach(() => gateway.stop())
  const asked = () => gateway.seen.filter((one) => one.path.endsWith('/search/explain')).map((one) => one.body)
  const ask = async (query: string) => {
    render(<SettingsProvider><LiveRegions /><SessionProvider otherwise={() => null}><SearchCheck base={BASE} /></SessionProvider></SettingsProvider>)
    await userEvent.type(await screen.findByRole('searchbox'), `${query}{Enter}`)
  }

  it('says the verdict, the reading and why a hit is where it is', async () => {
    await ask('wohngeld § 25')
    await screen.findByText(/nicht gefunden/)
    screen.getByText(/Sicherheit 0,2, nötig sind 0,37\. Vielleicht steht es hier: BGB/)
    screen.getByText('Als Stichwörter. Genannt sind: § 25 WoGG.')
    within(screen.getByRole('row', { name: /xyzzy/ })).getByText('nicht im Wortschatz')
    const more = screen.getByRole('button', { name: 'Warum und wo' })
    expect(more.getAttribute('aria-expanded')).toBe('false')
    await userEvent.click(more)
    const lists = within(screen.getByRole('table', { name: 'Platz in den Listen der Suche' }))
    lists.getByRole('row', { name: /Wörter im Text 2 50/ })
    lists.getByRole('row', { name: /Andere 1 100/ })
    // Characters beyond the BMP do not move the mark.
    expect(document.querySelector('mark')?.textContent).toBe('Das Wohngeld wird für zwölf Monate bewilligt.')
  })

  it('says that nothing was found, and what went wrong', async () => {
    answer = () => [told({ hits: [], reading: { form: 'question', words: [], kinds: [], references: [], laws: [] } }), 200]
    await ask('der die das')
    await screen.findByText('Kein Wort der Eingabe zählt für die Suche.')
    expect(screen.queryByRole('heading', { name: 'Gefundene Stellen' })).toBeNull()
    answer = () => [{ status: 503, code: 'index_unavailable', title: 'Nicht verfügbar', detail: 'Die Suche ist nicht erreichbar.', type: 'x', request_id: 'r' }, 503]
    await userEvent.type(screen.getByRole('searchbox'), '{Enter}')
    await waitFor(() => screen.getByText(/Die Suche ist nicht erreichbar/))
    expect(screen.queryByText('Kein Wort der Eingabe zählt für die Suche.')).toBeNull()
  })

  it('narrows by kind and day of upload, refuses a reversed period, and says when the filter fits nothing', async () => {
    answer = () => [told({ hits: [], searched: { knowledge_bases: 1, documents: 0, filter: {} } }), 200]
    await ask('wohngeld')
    expect(JSON.parse(asked().at(-1) ?? '')).toEqual({ query: 'wohngeld', limit: 20 })
    const sent = asked().length
    await userEvent.click(screen.getByText('Dokumente eingrenzen'))
    await userEvent.click(screen.getByRole('checkbox', { name: 'E-Mail' }))
    await userEvent.click(screen.getByRole('checkbox', { name: 'PDF' }))
    fireEvent.change(screen.getByLabelText('Hochgeladen ab'), { target: { value: '2026-02-03' } })
    fireEvent.change(screen.getByLabelText('Hochgeladen bis'), { target: { value: '2026-02-01' } })
    await userEvent.type(screen.getByRole('searchbox'), '{Enter}')
    screen.getByText('Der Zeitraum endet, bevor er beginnt.')
    expect(asked()).toHaveLength(sent)
    fireEvent.change(screen.getByLabelText('Hochgeladen bis'), { target: { value: '2026-02-04' } })
    await userEvent.type(screen.getByRole('searchbox'), '{Enter}')
    await screen.findByText('Auf den Filter passt kein Dokument dieser Wissensbasis.')
    expect(JSON.parse(asked().at(-1) ?? '')).toEqual({ query: 'wohngeld', limit: 20, kinds: ['pdf', 'mail'], uploaded_from: '2026-02-03', uploaded_until: '2026-02-04' })
  })
})
