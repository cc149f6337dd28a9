// SPDX-License-Identifier: EUPL-1.2
import type { TextSpan } from '../api/documentText'
import type { Hit, Shown } from '../api/types'

export type Piece = { text: string; marked: boolean }

export const bestPassage = (hit: Hit) => [...(hit.passages ?? [])].sort((a, b) => b.score - a.score)[0]

/** A hit is called by the page of its best passage: its text may begin on an earlier one. */
export const atPassage = (hit: Hit): Hit => ({ ...hit, page: bestPassage(hit)?.page ?? hit.page })

/** Spans to mark in `span`, in UTF-16 units: the quote where it stands, else the passages of the hit. */
export function marksIn(span: TextSpan, citation: Shown): [number, number][] {
  const quote = citation.quote?.trim()
  if (quote) {
    const near = Math.max(0, citation.char_from - span.char_from)
    const at = span.text.indexOf(quote, Math.max(0, near - 2))
    const found = at >= 0 ? at : span.text.indexOf(quote)
    if (found >= 0) return [[found, found + quote.length]]
  }
  return unitSpans(span, (citation.passages?.length ? citation.passages : [citation]).map(({ char_from, char_to }) => [char_from, char_to]))
}

/** Spans of the document that lie in `span`, cut to it, as UTF-16 units of its text. */
export function unitSpans(span: TextSpan, spans: readonly [number, number][]): [number, number][] {
  const unit = units(span)
  return spans
    .map(([from, to]): [number, number] => [unit(from), unit(to)])
    .filter(([from, to]) => from < to)
    .sort(([a], [b]) => a - b)
}

/** From the server's characters (code points of the document) to JavaScript's units in `span.text`, kept inside of it. */
export function units(span: TextSpan): (position: number) => number {
  const points = [...span.text]
  const inside = (position: number) => Math.min(Math.max(0, position - span.char_from), points.length)
  if (points.length === span.text.length) return inside
  const at = new Uint32Array(points.length + 1)
  for (const [i, point] of points.entries()) at[i + 1] = (at[i] ?? 0) + point.length
  return (position) => at[inside(position)] ?? span.text.length
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
export function quoteSpan(citation: Shown): [number, number] | null {
  const quote = citation.quote?.trim()
  const at = quote ? citation.text.indexOf(quote) : -1
  if (!quote || at < 0) return null
  const from = citation.char_from + [...citation.text.slice(0, at)].length
  return [from, from + [...quote].length]
}

/** Spans to mark on a page: the quote, else the passages of the hit. */
export function highlightSpans(citation: Shown): [number, number][] {
  const quote = quoteSpan(citation)
  if (quote) return [quote]
  return citation.passages?.length ? citation.passages.map(({ char_from, char_to }) => [char_from, char_to]) : [[citation.char_from, citation.char_to]]
}
