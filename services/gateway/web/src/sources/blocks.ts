// SPDX-License-Identifier: EUPL-1.2
import type { TextBlock, TextSpan } from '../api/documentText'
import { pieces, unitSpans, units, type Piece } from './passage'

export type Row = { cells: Piece[][]; header: boolean }
export type RowGroup = { place: string; rows: Row[] }
/** What stands at the edge of pages. */
export type PageEdgeKind = 'page_header' | 'page_footer'
export type Part =
  /** `depth` counts the headings above it, from 1: no rank is left out, as outlines for screen readers want it. */
  | { kind: 'heading'; level: number; depth: number; text: Piece[] }
  | { kind: 'paragraph'; text: Piece[] }
  | { kind: 'place'; text: string }
  | { kind: 'edge'; edge: PageEdgeKind; lines: string }
  | { kind: 'list'; bullets: boolean; items: Piece[][] }
  /** `above`: the row that names the columns, where it stands above what is shown here. */
  | { kind: 'table'; columns: number; above: string[]; groups: RowGroup[] }

type Line = { from: number; to: number }
type Cut = (from: number, to: number) => Piece[]

const BULLET = /^[-*•–▪◦·]\s+/
const NUMBER = /^(?:\(?\d{1,3}[.)]|\(?[a-z]{1,2}\))\s+/
const BETWEEN_CELLS = /(?:^| )\|(?= |$)/g

/** The blocks of a span as what a page shows: marks in place, groups of rows of one sheet joined to one table. */
export function layout(span: TextSpan & { blocks: TextBlock[] }, marked: readonly [number, number][]): Part[] {
  const unit = units(span)
  const marks = unitSpans(span, marked)
  const cut: Cut = (from, to) => pieces(span.text.slice(from, to), within(marks, from, to))
  const parts: Part[] = []
  const above: number[] = []
  let place = ''
  for (const [i, block] of span.blocks.entries()) {
    const [from, to] = [unit(block.char_from), unit(block.char_to)]
    if (from >= to) continue
    const table = block.kind === 'table' ? block : span.blocks[i + 1]
    // The rows of a sheet say their place themselves, also for the name of the sheet above them.
    const said = table?.kind === 'table' && table.place === block.place ? place : (block.place ?? '')
    if (said && said !== place) parts.push({ kind: 'place', text: said })
    place = block.place ?? ''
    if (block.kind === 'heading') {
      const level = block.level ?? 1
      while ((above.at(-1) ?? 0) >= level) above.pop()
      parts.push({ kind: 'heading', level, depth: above.push(level), text: cut(from, to) })
    } else if (block.kind === 'list') parts.push(list(span.text, from, to, cut))
    else if (block.kind === 'table') addTable(parts, span.text, block, { from, to }, cut)
    else if (block.kind === 'paragraph') parts.push({ kind: 'paragraph', text: cut(from, to) })
    else parts.push({ kind: 'edge', edge: block.kind, lines: span.text.slice(from, to) })
  }
  return parts
}

const within = (marks: readonly [number, number][], from: number, to: number): [number, number][] =>
  marks.filter(([a, b]) => a < to && b > from).map(([a, b]) => [Math.max(a, from) - from, Math.min(b, to) - from])

function linesOf(text: string, from: number, to: number): Line[] {
  const lines: Line[] = []
  for (let start = from; start < to;) {
    const found = text.indexOf('\n', start)
    const end = found < 0 || found > to ? to : found
    if (text.slice(start, end).trim()) lines.push({ from: start, to: end })
    start = end + 1
  }
  return lines
}

/** Lines that begin with a bullet or number are items; other lines go on with the one before. */
function list(text: string, from: number, to: number, cut: Cut): Part {
  const items: Line[] = []
  let bullets = true
  for (const line of linesOf(text, from, to)) {
    const words = text.slice(line.from, line.to)
    const bullet = BULLET.exec(words)
    const last = items.at(-1)
    if (bullet) items.push({ from: line.from + bullet[0].length, to: line.to })
    else if (NUMBER.test(words) || !last) items.push(line)
    else last.to = line.to
    if (!bullet && (NUMBER.test(words) || !last)) bullets = false
  }
  return { kind: 'list', bullets, items: items.map((item) => cut(item.from, item.to)) }
}

function addTable(parts: Part[], text: string, block: TextBlock, at: Line, cut: Cut) {
  const place = block.place ?? ''
  const last = parts.at(-1)
  const joined = last?.kind === 'table' && place && last.groups[0]?.place ? last : undefined
  let named = joined !== undefined
  const rows = linesOf(text, at.from, at.to).map((line) => {
    const header = !named && text.slice(line.from, line.to) === block.columns
    named ||= header
    return { header, cells: cells(text, line).map((cell) => cut(cell.from, cell.to)) }
  })
  const above = named || !block.columns ? [] : cells(block.columns, { from: 0, to: block.columns.length }).map((cell) => (block.columns ?? '').slice(cell.from, cell.to))
  const columns = Math.max(joined?.columns ?? 1, above.length, ...rows.map((row) => row.cells.length))
  if (joined) {
    joined.columns = columns
    joined.groups.push({ place, rows })
  } else parts.push({ kind: 'table', columns, above, groups: [{ place, rows }] })
}

/** Where the cells of a row stand; between two stands " | ", around an empty one less. */
export function cells(text: string, line: Line): Line[] {
  const row = text.slice(line.from, line.to)
  const found: Line[] = []
  let start = 0
  for (const border of [...row.matchAll(BETWEEN_CELLS), null]) {
    const cell = row.slice(start, border ? border.index : row.length)
    const from = line.from + start + (cell.length - cell.trimStart().length)
    found.push({ from, to: from + cell.trim().length })
    if (border) start = border.index + border[0].length
  }
  return found
}
