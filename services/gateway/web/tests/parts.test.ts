// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest'
import type { Citation, Conversation, Message } from '../src/api/types'
import { checkFiles } from '../src/chat/limits'
import { leafBelow, pathTo, versions } from '../src/chat/tree'
import { groupByAge } from '../src/history/groups'
import { makeI18n } from '../src/i18n'
import { de } from '../src/i18n/de'
import { en } from '../src/i18n/en'
import { offeredOwners } from '../src/knowledge/rights'
import { match } from '../src/router'
import { loadSettings, saveSettings, DEFAULTS } from '../src/settings/settings'
import { shortName } from '../src/sources/cite'
import { highlightSpans, marksIn, pieces } from '../src/sources/passage'

const citation = (part: Partial<Citation>): Citation => ({ document: 'd', title: 'Gesetz', version: 'v', text: '', score: 1, char_from: 0, char_to: 0, number: 1, quote: '', ...part })

describe('passage', () => {
  const text = '(1) Erster Satz. Zweiter Satz.\n(2) Erster Satz.'
  it('marks the quote where the citation points, not an equal one before', () => {
    const span = { text, char_from: 100, char_to: 100 + text.length }
    expect(marksIn(span, citation({ quote: 'Erster Satz.', char_from: 131, char_to: 147 }))).toEqual([[35, 47]])
    expect(marksIn(span, citation({ quote: 'Erster Satz.', char_from: 100, char_to: 131 }))).toEqual([[4, 16]])
  })
  it('counts characters as the server does, also beyond the BMP', () => {
    const span = { text: '😀😀 Satz.', char_from: 10, char_to: 18 }
    const [mark] = marksIn(span, citation({ quote: '', char_from: 10, char_to: 18, passages: [{ char_from: 13, char_to: 18, score: 1 }] }))
    expect(span.text.slice(...(mark ?? [0, 0]))).toBe('Satz.')
  })
  it('cuts a text into marked and plain pieces without losing a letter', () => {
    const cut = pieces(text, [[4, 16], [10, 20], [35, 47]])
    expect(cut.map((piece) => piece.text).join('')).toBe(text)
    expect(cut.filter((piece) => piece.marked).map((piece) => piece.text)).toEqual(['Erster Satz.', ' Zwe', 'Erster Satz.'])
    expect(highlightSpans(citation({ char_from: 3, char_to: 9 }))).toEqual([[3, 9]])
    expect(highlightSpans(citation({ text: '😀 Ein Satz.', quote: 'Ein Satz.', char_from: 100, char_to: 111 }))).toEqual([[102, 111]])
  })
  it('names a law by its §, a paper by title and page', () => {
    const page = (n: number) => `Seite ${n}`
    expect(shortName(citation({ source_id: 'x', section_path: ['WoGG', '§ 25 WoGG Bewilligungszeitraum'] }), page)).toBe('§ 25 WoGG Bewilligungszeitraum')
    expect(shortName(citation({ title: 'Merkblatt.pdf', page: 2, section_path: ['Dauer'] }), page)).toBe('Merkblatt.pdf, Seite 2')
    expect(shortName(citation({ title: 'Satzung.xlsx', section_path: ['Gebühren', 'Zeilen 17–30'] }), page)).toBe('Satzung.xlsx, Gebühren › Zeilen 17–30')
    expect(shortName(citation({ title: 'Vermerk', section_path: ['Vermerk'] }), page)).toBe('Vermerk')
  })
})

describe('message tree', () => {
  const one = (id: string, parent: string | null, role: Message['role']): Message => ({ id, parent, role, text: id, state: 'complete', created_at: '' })
  const tree = [one('u1', null, 'user'), one('a1', 'u1', 'assistant'), one('a2', 'u1', 'assistant'), one('u2', 'a2', 'user'), one('u3', null, 'user')]
  it('shows the path to a leaf, versions and the newest leaf below', () => {
    expect(pathTo(tree, 'u2').map((message) => message.id)).toEqual(['u1', 'a2', 'u2'])
    expect(versions(tree, tree[1]!)).toEqual(['a1', 'a2'])
    expect(versions(tree, tree[0]!)).toEqual(['u1', 'u3'])
    expect(leafBelow(tree, 'u1')).toBe('u2')
    expect(versions([one('a2', 'u1', 'assistant')], { ...one('a2', 'u1', 'assistant'), siblings: ['a1', 'a2'] })).toEqual(['a1', 'a2'])
  })
  it('does not hang on a circle', () => {
    const circle = [one('x', 'y', 'user'), one('y', 'x', 'assistant')]
    expect(pathTo(circle, 'x')).toHaveLength(2)
    expect(() => leafBelow(circle, 'x')).not.toThrow()
  })
})

describe('conversation list', () => {
  const now = new Date(2026, 10, 25, 12)
  const at = (days: number, title: string, pinned = false): Conversation => ({ id: title, title, pinned, updated_at: new Date(2026, 10, 25 - days, 9).toISOString() })
  const all = [at(0, 'Wohngeld heute'), at(1, 'Vermerk'), at(3, 'Rede'), at(30, 'Widerspruch'), at(30, 'Angeheftet', true)]
  it('groups by age and finds by all words or by what the server found', () => {
    expect(groupByAge(all, '', 'de', new Set(), now).map((group) => group.key)).toEqual(['pinned', 'today', 'yesterday', 'week', 'older'])
    expect(groupByAge(all, 'HEUTE wohn', 'de', new Set(), now).flatMap((group) => group.items)).toHaveLength(1)
    expect(groupByAge(all, 'steht nur im Text', 'de', new Set(['Rede']), now)[0]?.items[0]?.id).toBe('Rede')
  })
})

describe('texts', () => {
  const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()
  it('have the same holes in both languages', () => {
    for (const key of Object.keys(de) as (keyof typeof de)[]) expect(holes(en[key]), key).toEqual(holes(de[key]))
  })
  it('count, and give sizes as people write them', () => {
    const i18n = makeI18n('de')
    expect(i18n.plural('source.count', 1)).toBe('1 Quelle')
    expect(i18n.plural('source.count', 1200)).toBe('1.200 Quellen')
    expect([i18n.bytes(10), i18n.bytes(52_428_800), i18n.bytes(2_516_582)]).toEqual(['1 kB', '50 MB', '2,4 MB'])
    expect(i18n.label({ de: 'a', en: 'b' })).toBe('a')
  })
})

describe('small parts', () => {
  it('match paths', () => {
    expect(match('/chat/:id', '/chat/ab%20c/')).toEqual({ id: 'ab c' })
    expect(match('/chat/:id', '/chat')).toBeNull()
    expect(match('/', '/x')).toBeNull()
  })
  it('keep only display settings in localStorage, and take nothing strange from it', () => {
    saveSettings({ ...DEFAULTS, theme: 'dark', whole: true })
    expect(Object.keys(localStorage)).toEqual(['genius.display'])
    expect(loadSettings()).toEqual({ ...DEFAULTS, theme: 'dark', whole: true })
    localStorage.setItem('genius.display', '{"theme":"<script>","size":9,"locale":"fr"}')
    expect(loadSettings()).toEqual(DEFAULTS)
    localStorage.setItem('genius.display', 'kein JSON')
    expect(loadSettings()).toEqual(DEFAULTS)
  })
  it('tell limits of files before they are sent', () => {
    const i18n = makeI18n('de')
    const file = (name: string, size: number) => ({ name, size }) as File
    const limits = { characters: 10, fileBytes: 1_048_576, files: 2 }
    expect(checkFiles([file('a', 1)], 2, limits, i18n)).toBe('Es können höchstens 2 Dateien angehängt werden.')
    expect(checkFiles([file('b.pdf', 2_000_000)], 0, limits, i18n)).toBe('„b.pdf“ ist größer als 1 MB.')
    expect(checkFiles([file('a', 1)], 1, limits, i18n)).toBe('')
  })
  it('offer owners of a knowledge base by role', () => {
    expect(offeredOwners({ authority: { id: 'a', name: 'A' }, roles: ['sachbearbeitung'] }).map((offer) => offer.owner)).toEqual(['person'])
    expect(offeredOwners({ authority: { id: 'a', name: 'A' }, roles: ['wissenspflege'], units: [{ id: 'u', name: 'Referat 1' }] }).map((offer) => offer.owner)).toEqual(['person', 'unit', 'authority'])
    expect(offeredOwners({ authority: null, roles: ['betrieb'] }).map((offer) => offer.owner)).toEqual(['tenant'])
  })
})
