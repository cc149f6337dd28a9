// SPDX-License-Identifier: EUPL-1.2
import { lexer, type Token, type Tokens } from 'marked'

export type { Token, Tokens } from 'marked'

// Invisible characters that turn the reading direction and so make text look like something else.
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g
const NAMED: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&', apos: "'", nbsp: '\u00a0' }

export const clean = (source: string): string => source.replace(BIDI, '').replaceAll('\0', '\ufffd')

/** Block tokens of hostile text. What the lexer cannot take (for example nesting without end) becomes one plain paragraph. */
export function lexBlocks(source: string): Token[] {
  try {
    return lexer(source, { gfm: true })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const text: Tokens.Text = { type: 'text', raw: source, text: source, escaped: false }
    return [{ type: 'paragraph', raw: source, text: source, tokens: [text] } as Tokens.Paragraph]
  }
}

/** marked leaves entities as they are; we decode the common ones into text (never into markup). */
export const decode = (text: string): string =>
  text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,6});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return NAMED[name.toLowerCase()] ?? whole
    const code = name[1] === 'x' || name[1] === 'X' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 31 && code < 0xd800 ? String.fromCodePoint(code) : whole
  })

/** The address of a link if it may be one: http, https or mailto, nothing else. */
export function safeUrl(href: string): URL | null {
  if (!/^(https?:\/\/|mailto:)/i.test(href)) return null
  try {
    const url = new URL(decode(href))
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url : null
  } catch {
    return null
  }
}
