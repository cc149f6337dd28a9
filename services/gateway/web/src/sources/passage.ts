// SPDX-License-Identifier: EUPL-1.2
import type { Citation, TextSpan } from '../api/types'

export type Piece = { text: string; marked: boolean }

/** Spans to mark in `span`, in UTF-16 units: the quote where it stands, else the passages of the hit. */
export function marksIn(span: TextSpan, citation: Citation): [number, number][] {
  const quote = citation.quote?.trim()
  if (quote) {
    const near = Math.max(0, citation.char_from - span.char_from)
    const at = span.text.indexOf(quote, Math.max(0, near - 2))
    const found = at >= 0 ? at : span.text.indexOf(quote)
    if (found >= 0) return [[found, found + quote.length]]
  }
  // The server counts characters (code points); beyond the BMP these are not JavaScript's units.
  const points = [...span.text]
  const unit = (offset: number) => points.slice(0, offset).join('').length
  const whole: { char_from: number; char_to: number }[] = citation.passages?.length ? citation.passages : [citation]
  return whole
    .map(({ char_from, char_to }): [number, number] => [Math.max(0, char_from - span.char_from), Math.min(points.length, char_to - span.char_from)])
    .filter(([from, to]) => from < to)
    .map(([from, to]): [number, number] => [unit(from), unit(to)])
    .sort(([a], [b]) => a - b)
}

export function pieces(text: string, marks: readonly [number, number][]): Piece[] {
  const out: Piece[] = []
  let at = 0
  for (const [from, to] of marks) {
    if (to <= at) continue
    const start = Math.max(from, at)
    if (start > at) out.push({ text: text.slice(at, start), marked: false })
    out.push({ text: text.slice(start, to), marked: true })
    at = to
  }
  if (at < text.length) out.push({ text: text.slice(at), marked: false })
  return out
}

/** Where the quote stands in the document, in the server's characters; null if it is not in the citation's text. */
export function quoteSpan(citation: Citation): [number, number] | null {
  const quote = citation.quote?.trim()
  const at = quote ? citation.text.indexOf(quote) : -1
  if (at < 0) return null
  const from = citation.char_from + [...citation.text.slice(0, at)].length
  return [from, from + [...quote].length]
}

/** Spans to draw on the page picture: the quote, else the passages of the hit. */
export function highlightSpans(citation: Citation): [number, number][] {
  const quote = quoteSpan(citation)
  if (quote) return [quote]
  return citation.passages?.length ? citation.passages.map(({ char_from, char_to }) => [char_from, char_to]) : [[citation.char_from, citation.char_to]]
}
