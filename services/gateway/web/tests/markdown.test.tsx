// SPDX-License-Identifier: EUPL-1.2
import { fireEvent, render, screen } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { Cites } from '../src/markdown/CiteButton'
import { Markdown } from '../src/markdown/Markdown'
import { plainText, spokenText } from '../src/markdown/plain'
import { repair } from '../src/markdown/repair'
import { safeUrl } from '../src/markdown/lex'
import { PAYLOADS } from './payloads'
import { random } from './random'

const TAGS = new Set(['DIV', 'SPAN', 'P', 'STRONG', 'EM', 'DEL', 'CODE', 'PRE', 'BR', 'HR', 'UL', 'OL', 'LI', 'BLOCKQUOTE', 'A', 'H3', 'H4', 'H5', 'H6', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD', 'BUTTON'])
const ATTRIBUTES = new Set(['class', 'href', 'target', 'rel', 'tabindex', 'role', 'aria-label', 'aria-pressed', 'scope', 'start', 'title', 'type'])

/** OUT-01, OUT-02: only known elements and attributes, links only to web and mail. */
function expectInert(root: Element): void {
  for (const element of root.querySelectorAll('*')) {
    const strange = [...element.attributes].filter(({ name }) => !ATTRIBUTES.has(name))
    if (!TAGS.has(element.tagName) || strange.length > 0) expect.fail(element.outerHTML)
    const href = element.getAttribute('href')
    if (href !== null) {
      expect(href).toMatch(/^(https?:\/\/|mailto:)/)
      expect(element.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    }
  }
}

describe('Markdown with hostile text', () => {
  it('knows at least 60 payloads', () => expect(PAYLOADS.length).toBeGreaterThanOrEqual(60))

  it.each(PAYLOADS)('renders %j inert, whole and after text', (payload) => {
    const { container, rerender } = render(<Markdown source={payload} />)
    expectInert(container)
    rerender(<Markdown source={`Antwort:\n\n- eins\n\n${payload}\n\nEnde [1].`} />)
    expectInert(container)
  })

  it('stays inert at every step of a stream of single characters', () => {
    const { container, rerender } = render(<Markdown source="" streaming />)
    for (const payload of PAYLOADS) {
      for (let end = 1; end <= payload.length; end += 7) rerender(<Markdown source={payload.slice(0, end)} streaming />)
      rerender(<Markdown source={payload} streaming />)
      expectInert(container)
    }
  })

  it('takes random mixtures without failing, and loses no plain word', () => {
    const next = random(42)
    const parts = [...PAYLOADS, '**', '*', '_', '`', '```\n', '\n\n', '> ', '1. ', '- ', '|', '[', '](', ')', '\\', '&', 'Wort ', '😀', '\u202e', '\0']
    const { container, rerender } = render(<Markdown source="" />)
    for (let round = 0; round < 50; round++) {
      const source = Array.from({ length: 1 + Math.floor(next() * 12) }, () => parts[Math.floor(next() * parts.length)]).join('')
      rerender(<Markdown source={source} streaming={round % 2 === 0} />)
      expectInert(container)
      expect(() => plainText(source)).not.toThrow()
    }
    rerender(<Markdown source={'Der Antrag ist vollständig.'} />)
    expect(container.textContent).toBe('Der Antrag ist vollständig.')
  })

  it.each([['quotes', '> '.repeat(4000)], ['lists', Array.from({ length: 90 }, (_, i) => `${'  '.repeat(i)}- x`).join('\n')], ['brackets', '['.repeat(5000)], ['stars', '*a **b '.repeat(800)]])('survives endless nesting of %s', (_, source) => {
    const { container } = render(<Markdown source={source} />)
    expectInert(container)
  })

  it('shows an image as words and never loads it', () => {
    const { container } = render(<Markdown source="![Organigramm](https://evil.example/?q=geheim)" />)
    expect(container.textContent).toBe('[Bild: Organigramm]')
  })

  it('shows the host of a link and asks before it opens (OUT-03)', () => {
    render(<Markdown source="Siehe [Seite](https://www.example.org/pfad?x=1)." />)
    expect(screen.getByText('(www.example.org)')).toBeTruthy()
    fireEvent.click(screen.getByRole('link', { name: 'Seite' }))
    const dialog = screen.getByRole('dialog', { name: 'Link zu einer anderen Internetseite' })
    expect(dialog.textContent).toContain('https://www.example.org/pfad?x=1')
    expect(dialog.textContent).not.toContain('ungewöhnlich lang')
  })

  it('warns about a long address', () => {
    render(<Markdown source={`[Seite](https://www.example.org/?q=${'a'.repeat(200)})`} />)
    fireEvent.click(screen.getByRole('link', { name: 'Seite' }))
    expect(screen.getByRole('dialog').textContent).toContain('ungewöhnlich lang')
  })

  it.each(['?q=%C3%84%20%C3%B6%20geheim', `?d=${'QWxsZXMgd2lyZCBnZWhlaW0g'.repeat(2)}`])('warns about an encoded query: %s (OUT-03)', (query) => {
    render(<Markdown source={`[Seite](https://www.example.org/${query})`} />)
    fireEvent.click(screen.getByRole('link', { name: 'Seite' }))
    expect(screen.getByRole('dialog').textContent).toContain('nicht lesbaren, kodierten Text')
  })

  it('asks at the middle button too, and not at the right one (OUT-03)', () => {
    render(<Markdown source="[Seite](https://www.example.org/)" />)
    const press = (button: number) => fireEvent(screen.getByRole('link', { name: 'Seite' }), new MouseEvent('auxclick', { bubbles: true, cancelable: true, button }))
    expect(press(2)).toBe(true)
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(press(1)).toBe(false)
    expect(screen.getByRole('dialog').textContent).not.toContain('Achtung')
  })

  it('refuses addresses that are none', () => {
    for (const bad of ['javascript:alert(1)', '//x.example', 'https:x', ' https://x', 'data:,x', '/pfad', 'ftp://x']) expect(safeUrl(bad), bad).toBeNull()
    expect(safeUrl('https://x.example/ä')?.host).toBe('x.example')
  })
})

describe('citations in text', () => {
  it('makes buttons only of numbers that retrieval knows (OUT-06)', () => {
    const show = vi.fn()
    render(<Cites value={{ known: new Set([1]), active: null, show }}><Markdown source="Belegt [1], erfunden [7]." /></Cites>)
    expect(screen.getAllByRole('button')).toHaveLength(1)
    fireEvent.click(screen.getByRole('button', { name: 'Quelle 1 anzeigen' }))
    expect(show).toHaveBeenCalledWith(1, expect.anything())
    expect(screen.getByTitle('Nummer 7 gehört zu keiner geprüften Fundstelle')).toBeTruthy()
  })
})

describe('plain text', () => {
  it('has no marks', () => {
    const source = '## Ergebnis\n\nDer Antrag ist **unvollständig** [1].\n\n1. `Miete`\n2. *Lohn*\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> Zitat\n\n![x](y) &lt;b&gt;'
    expect(plainText(source)).toBe('Ergebnis\n\nDer Antrag ist unvollständig [1].\n\n1. Miete\n2. Lohn\n\na; b\n1; 2\n\nZitat\n\n[x] <b>')
    expect(spokenText('Zwölf Monate [1] [12].')).toBe('Zwölf Monate.')
  })
})

describe('repair of unfinished text', () => {
  it.each([
    ['Ein **fetter', 'Ein **fetter**'], ['Ein **', 'Ein '], ['Ein *schräger', 'Ein *schräger*'], ['Ein `Wort', 'Ein `Wort`'], ['```\ncode', '```\ncode\n```'],
    ['Siehe [Seite](https://ex', 'Siehe Seite'], ['Satz [1', 'Satz '], ['a\n\n-', 'a'], ['Fertig.', 'Fertig.'], ['* a\n* b', '* a\n* b'], ['Text\n\n| Fall | Da', 'Text\n\n'],
    ['| a | b |\n|---|---|\n| 1 |', '| a | b |\n|---|---|\n| 1 |'],
  ])('%j becomes %j', (source, expected) => expect(repair(source)).toBe(expected))
})
