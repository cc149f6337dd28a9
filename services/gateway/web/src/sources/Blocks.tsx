// SPDX-License-Identifier: EUPL-1.2
import { useMemo, type JSX } from 'react'
import type { TextBlock, TextSpan } from '../api/documentText'
import { useI18n } from '../i18n'
import { layout, type Part, type Row } from './blocks'
import { Marked } from './Marked'
import { PageEdge } from './PageEdge'
import type { Piece } from './passage'

type Props = {
  span: TextSpan & { blocks: TextBlock[] }
  /** In the server's characters of the whole document. */
  marks: readonly [number, number][]
  /** Level of the heading above: those of the document begin below it. */
  level: number
}

/** A part of a document as headings, paragraphs, lists and tables. Text only: nothing in it is ever markup. */
export function Blocks({ span, marks, level }: Props) {
  const parts = useMemo(() => layout(span, marks), [span, marks])
  return parts.map((part, i) => <One key={`${span.char_from}-${i}`} part={part} level={level} />)
}

function One({ part, level }: { part: Part; level: number }) {
  if (part.kind === 'table') return <Table part={part} />
  if (part.kind === 'list') return <ul className={part.bullets ? undefined : 'doc-plain'}>{part.items.map((item, i) => <li key={i}><Marked text={item} /></li>)}</ul>
  if (part.kind === 'paragraph') return <p><Marked text={part.text} /></p>
  if (part.kind === 'edge') return <PageEdge kind={part.edge} lines={part.lines} />
  if (part.kind === 'place') return <p className="doc-place">{part.text}</p>
  const Heading = `h${Math.min(6, level + part.depth)}` as keyof JSX.IntrinsicElements
  return <Heading data-level={part.level}><Marked text={part.text} /></Heading>
}

function Table({ part }: { part: Extract<Part, { kind: 'table' }> }) {
  const { t } = useI18n()
  return (
    <table>
      {part.above.length > 0 && (
        <thead>
          <tr>{part.above.map((name, i) => (name ? <th key={i} scope="col">{name}</th> : <td key={i}>{name}</td>))}</tr>
          <tr><td className="doc-above" colSpan={part.columns}>{t('preview.columns.above')}</td></tr>
        </thead>
      )}
      {part.groups.map((group, i) => (
        <tbody key={i}>
          {group.place && <tr className="doc-rows"><th scope="rowgroup" colSpan={part.columns}>{group.place}</th></tr>}
          {group.rows.map((row, n) => <TableRow key={n} row={row} columns={part.columns} />)}
        </tbody>
      ))}
    </table>
  )
}

const NUMBER = /^[-+−]?\d[\d.,\s]*(?:[€%$]|Euro|EUR)?$/
const isNumber = (cell: Piece[]) => NUMBER.test(cell.map((piece) => piece.text).join(''))

function TableRow({ row, columns }: { row: Row; columns: number }) {
  return (
    <tr>
      {row.cells.map((cell, i) => (row.header && cell.length > 0
        ? <th key={i} scope="col"><Marked text={cell} /></th>
        : <td key={i} className={isNumber(cell) ? 'doc-number' : undefined}><Marked text={cell} /></td>))}
      {row.cells.length < columns && <td colSpan={columns - row.cells.length}>{''}</td>}
    </tr>
  )
}
