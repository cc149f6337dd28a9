// SPDX-License-Identifier: EUPL-1.2
import { fireEvent, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TextBlock } from '../src/api/documentText'
import type { Shown } from '../src/api/types'
import { cells, layout } from '../src/sources/blocks'
import { Preview } from '../src/sources/Preview'
import { Gateway, json } from './gateway'
import { random } from './random'

const ROWS = ['Leistung | Gebühr', 'Meldeauskunft | 11,00 €', 'Pass | 37,00 €']

/** A document of these blocks; offsets are counted as the server does, in code points. */
function made(...parts: (Omit<TextBlock, 'char_from' | 'char_to'> & { text: string })[]) {
  let at = 0
  const blocks = parts.map(({ text, ...block }) => {
    const from = at
    at += [...text].length + 2
    return { ...block, char_from: from, char_to: at - 2 }
  })
  const text = parts.map((part) => part.text).join('\n\n')
  return { text, char_from: 0, char_to: [...text].length, length: [...text].length, sections: [], part_starts: [0], blocks }
}

describe('the layout of a part', () => {
  it('joins the rows of a sheet to one table whose columns are named once', () => {
    const place = ['Zeilen 1–3', 'Zeile 4']
    const columns = ROWS[0]!
    const [heading, table] = layout(made(
      { kind: 'heading', text: 'Gebühren', level: 2, place: place[0]! },
      { kind: 'table', text: ROWS.join('\n'), columns, place: place[0]! },
      { kind: 'table', text: 'Ausweis | | 22,80 €', columns, place: place[1]! },
    ), [])
    expect(heading).toEqual({ kind: 'heading', level: 2, depth: 1, text: [{ text: 'Gebühren', marked: false }] })
    if (table?.kind !== 'table') throw new Error('no table')
    expect([table.columns, table.above, table.groups.map((group) => group.place)]).toEqual([3, [], place])
    expect(table.groups.flatMap((group) => group.rows).map((row) => row.header)).toEqual([true, false, false, false])
  })
  it('names the columns again where their row stands in an earlier part', () => {
    const [table] = layout(made({ kind: 'table', text: ROWS[1]!, columns: ROWS[0]!, place: 'Zeile 40' }), [])
    expect(table).toMatchObject({ above: ['Leistung', 'Gebühr'] })
  })
  it('says where a mail or slide stands, and at a sheet nothing twice', () => {
    const kinds = layout(made(
      { kind: 'paragraph', text: 'Eins', place: 'Folie 1' },
      { kind: 'paragraph', text: 'Zwei', place: 'Folie 1' },
      { kind: 'heading', text: 'Drei', place: 'Folie 2' },
      { kind: 'table', text: 'a | b', place: 'Zeile 1' },
    ), []).map((part) => (part.kind === 'place' ? part.text : part.kind))
    expect(kinds).toEqual(['Folie 1', 'paragraph', 'paragraph', 'Folie 2', 'heading', 'table'])
  })
  it('shows headers and footers of pages as such, line by line', () => {
    const parts = layout(made({ kind: 'paragraph', text: 'Text' }, { kind: 'page_header', text: 'Stadt\nAmt 50' }, { kind: 'page_footer', text: 'Seite 1' }), [])
    expect(parts.slice(1)).toEqual([{ kind: 'edge', edge: 'page_header', lines: 'Stadt\nAmt 50' }, { kind: 'edge', edge: 'page_footer', lines: 'Seite 1' }])
  })
  it('leaves out no rank of headings, whatever the document does', () => {
    const span = made(...[2, 4, 4, 3, 1, 6].map((level) => ({ kind: 'heading' as const, text: 'Titel', level })))
    expect(layout(span, []).map((part) => part.kind === 'heading' && part.depth)).toEqual([1, 2, 2, 2, 1, 2])
  })
  it('finds cells that are empty, also at the edges', () => {
    const split = (row: string) => cells(row, { from: 0, to: row.length }).map(({ from, to }) => row.slice(from, to))
    expect(split('a | b | c')).toEqual(['a', 'b', 'c'])
    expect(split('| a | | b |')).toEqual(['', 'a', '', 'b', ''])
    expect(split('a|b | c')).toEqual(['a|b', 'c'])
  })
  it('loses no word of any mixture and marks exactly the passage', () => {
    const next = random(5)
    const words = ['Antrag', '😀', '§ 25', '1. Punkt', '- Strich', '|', 'a | b', '\n', '<b>x</b>']
    const kinds = ['heading', 'paragraph', 'list', 'table'] as const
    const squeeze = (text: string) => text.replace(/[\s|•-]/g, '')
    for (let round = 0; round < 300; round++) {
      const span = made(...Array.from({ length: 1 + Math.floor(next() * 5) }, () => ({
        kind: kinds[Math.floor(next() * 4)]!,
        text: Array.from({ length: 1 + Math.floor(next() * 8) }, () => words[Math.floor(next() * words.length)]).join(' ').trim() || 'leer',
        place: next() < 0.5 ? '' : 'Zeile 1',
      })))
      const points = [...span.text]
      const from = Math.floor(next() * points.length)
      const to = from + Math.floor(next() * (points.length - from))
      const shown = layout(span, [[from, to]]).flatMap((part) => {
        if (part.kind === 'place' || part.kind === 'edge') return []
        if (part.kind === 'list') return part.items.flat()
        return part.kind === 'table' ? part.groups.flatMap((group) => group.rows.flatMap((row) => row.cells.flat())) : part.text
      })
      expect(squeeze(shown.map((piece) => piece.text).join(''))).toBe(squeeze(span.text))
      expect(squeeze(shown.filter((piece) => piece.marked).map((piece) => piece.text).join(''))).toBe(squeeze(points.slice(from, to).join('')))
    }
  })
})

const HIT: Shown = { document: 'd', title: 'Dienstanweisung.docx', version: 'v', text: 'Die Frist beträgt einen Monat.', score: 1, char_from: 11, char_to: 41, quote: 'einen Monat' }

describe('a document without pages', () => {
  let parts: ReturnType<typeof made>[]
  const gateway = new Gateway((request, response) => {
    const at = Number(/text\?part_at=(\d+)$/.exec(request.url ?? '')?.[1])
    const part = parts.findLast((one) => one.char_from <= at)
    return part ? json(response, part) : json(response, { code: 'not_found' }, 404)
  })
  beforeEach(() => gateway.start())
  afterEach(() => gateway.stop())
  const show = () => render(<Preview shown={HIT} otherwise={<blockquote>nur die Stelle</blockquote>} />)

  it('is shown as headings, lists and tables, its passage marked in words too, and its text is never markup', async () => {
    const span = made(
      { kind: 'heading', text: 'Fristen 😀', level: 1 },
      { kind: 'paragraph', text: 'Die Frist beträgt einen Monat.' },
      { kind: 'list', text: '- Antrag\n- <img src=x onerror=alert(1)>' },
      { kind: 'table', text: ROWS.join('\n'), columns: ROWS[0]! },
    )
    parts = [span]
    show()
    const page = await screen.findByRole('region', { name: 'Text von „Dienstanweisung.docx“' })
    expect(page.tabIndex).toBe(0)
    within(page).getByRole('heading', { name: 'Fristen 😀', level: 4 })
    expect(within(page).getAllByRole('listitem').map((item) => item.textContent)).toEqual(['Antrag', '<img src=x onerror=alert(1)>'])
    expect(within(page).getAllByRole('columnheader').map((cell) => cell.textContent)).toEqual(['Leistung', 'Gebühr'])
    expect(page.querySelector('mark')?.textContent).toBe('einen Monat')
    expect(page.textContent).toContain('[Beginn der zitierten Stelle: einen Monat Ende der zitierten Stelle]')
    expect(page.querySelector('img')).toBeNull()
    expect(screen.queryByText('nur die Stelle')).toBeNull()
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('is read in parts that say which they are; one comes back to the passage', async () => {
    const first = made({ kind: 'paragraph', text: 'Anfang.' }, { kind: 'paragraph', text: 'Eine Frist. Die Frist beträgt einen Monat.' })
    const second = { ...first, text: 'Schluss mit einen Monat.', char_from: 60, char_to: 84, blocks: [{ kind: 'paragraph' as const, char_from: 60, char_to: 84 }] }
    parts = [first, second].map((part) => ({ ...part, length: 84, part_starts: [0, 60] }))
    show()
    await screen.findByRole('region', { name: 'Text von „Dienstanweisung.docx“, Teil 1 von 2' })
    const field = screen.getByRole('textbox', { name: 'Teil' })
    expect(screen.getByRole('button', { name: 'Voriger Teil' }).getAttribute('aria-disabled')).toBe('true')
    await userEvent.clear(field)
    await userEvent.type(field, '99{Enter}')
    const page = await screen.findByRole('region', { name: /Teil 2 von 2/ })
    expect(page.textContent).toBe('Schluss mit einen Monat.')
    expect(document.activeElement).toBe(field)
    expect((field as HTMLInputElement).value).toBe('2')
    await userEvent.click(screen.getByRole('button', { name: 'Zur zitierten Stelle' }))
    await screen.findByRole('region', { name: /Teil 1 von 2/ })
    expect(document.querySelectorAll('mark')).toHaveLength(1)
  })

  it('says where it may not be opened, and shows the passage then', async () => {
    parts = []
    show()
    await screen.findByText(/lässt sich hier nicht öffnen/)
    screen.getByText('nur die Stelle')
  })
})

describe('a document with pages', () => {
  const SPANS = [[0, 8], [11, 41], [43, 51]]
  const text = (n: number) => {
    const [char_from, char_to] = SPANS[n - 1]!
    return { text: n === 2 ? HIT.text : `Seite ${n}.`, char_from, char_to, pages: 3, blocks: [{ kind: 'paragraph', char_from, char_to }] }
  }
  const gateway = new Gateway((request, response) => {
    const page = /\/files\/f\/pages\/(\d)\/text$/.exec(request.url ?? '')
    return page ? json(response, text(Number(page[1]))) : json(response, {}, 404)
  })
  beforeEach(() => gateway.start())
  afterEach(() => gateway.stop())
  const pictures = () => [...document.querySelectorAll('img')]
  const show = async () => {
    render(<Preview shown={{ ...HIT, file: 'f', page: 2 }} />)
    await screen.findByAltText('Seite 2 von 3 aus „Dienstanweisung.docx“; die zitierte Stelle ist gelb markiert')
  }

  it('has the text of the page for screen readers beside its picture, with the passage marked', async () => {
    await show()
    const layer = screen.getByRole('region', { name: 'Text von Seite 2' })
    expect(layer.className).toBe('sr-only')
    expect(layer.querySelector('mark')?.textContent).toBe('einen Monat')
    await userEvent.click(screen.getByRole('button', { name: 'Als Text' }))
    expect([screen.getByRole('region', { name: 'Text von Seite 2' }).className, pictures()]).toEqual(['doc-text', []])
  })

  it('turns pages by key, button and number, stops at the ends, and comes back to the passage', async () => {
    await show()
    const frame = screen.getByRole('region', { name: 'Bild der Seite' })
    frame.focus()
    await userEvent.keyboard('{PageDown}')
    await screen.findByAltText('Seite 3 von 3 aus „Dienstanweisung.docx“')
    await userEvent.keyboard('{PageDown}{ArrowLeft}{ArrowLeft}')
    await screen.findByAltText('Seite 1 von 3 aus „Dienstanweisung.docx“')
    expect(document.activeElement).toBe(frame)
    await userEvent.click(screen.getByRole('button', { name: 'Vorige Seite' }))
    expect(pictures()[0]?.getAttribute('src')).toBe('/api/v1/files/f/pages/1?highlight=29-40')
    await userEvent.click(screen.getByRole('button', { name: 'Zur zitierten Stelle' }))
    await screen.findByAltText(/^Seite 2 von 3.*markiert$/)
  })

  it('makes the picture larger and smaller, where the arrows scroll it', async () => {
    await show()
    screen.getByRole('region', { name: 'Bild der Seite' }).focus()
    await userEvent.keyboard('++{ArrowRight}')
    expect([pictures()[0]?.style.width, screen.getByRole('textbox', { name: 'Seite' }).getAttribute('value')]).toEqual(['200%', '2'])
    await userEvent.click(screen.getByRole('button', { name: 'Größer' }))
    screen.getByText('300 %')
    screen.getByRole('region', { name: 'Bild der Seite' }).focus()
    await userEvent.keyboard('-0')
    expect(pictures()[0]?.style.width).toBe('100%')
  })

  it('shows the text where there is no picture', async () => {
    await show()
    fireEvent.error(pictures()[0]!)
    await screen.findByText('Für dieses Dokument gibt es kein Seitenbild.')
    expect(screen.getByRole('region', { name: 'Text von Seite 2' }).className).toBe('doc-text')
  })
})
