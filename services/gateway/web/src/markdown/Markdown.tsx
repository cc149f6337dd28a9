// SPDX-License-Identifier: EUPL-1.2
import { memo, useMemo, type ReactNode } from 'react'
import { useI18n } from '../i18n'
import { CiteButton } from './CiteButton'
import { ExternalLink } from './ExternalLink'
import { clean, decode, lexBlocks, safeUrl, type Token, type Tokens } from './lex'
import { repair } from './repair'

/** Deeper nesting than anyone writes; below it text is shown as it is. */
const DEPTH = 24

function withCites(text: string): ReactNode {
  const parts = text.split(/\[(\d{1,2})\]/g)
  if (parts.length === 1) return text
  return parts.map((part, i) => (i % 2 === 1 ? <CiteButton key={i} n={Number(part)} /> : part))
}

function Image({ alt }: { alt: string }) {
  const { t } = useI18n()
  return <span className="md-image">{t('md.image', { alt })}</span>
}

function renderInline(token: Token, key: number, depth: number): ReactNode {
  const inner = (tokens: Token[] | undefined) => renderInlines(tokens, depth + 1)
  switch (token.type) {
    case 'strong':
      return <strong key={key}>{inner((token as Tokens.Strong).tokens)}</strong>
    case 'em':
      return <em key={key}>{inner((token as Tokens.Em).tokens)}</em>
    case 'del':
      return <del key={key}>{inner((token as Tokens.Del).tokens)}</del>
    case 'codespan':
      return <code key={key}>{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br key={key} />
    case 'link': {
      const link = token as Tokens.Link
      const url = safeUrl(link.href)
      return url ? <ExternalLink key={key} url={url}>{inner(link.tokens)}</ExternalLink> : <span key={key}>{inner(link.tokens)}</span>
    }
    case 'image':
      return <Image key={key} alt={(token as Tokens.Image).text} />
    case 'checkbox':
      return <span key={key}>{(token as { checked?: boolean }).checked ? '☑ ' : '☐ '}</span>
    case 'text':
    case 'escape': {
      const text = token as Tokens.Text
      return <span key={key}>{text.tokens ? inner(text.tokens) : withCites(decode(text.text))}</span>
    }
    default:
      return <span key={key}>{token.raw}</span>
  }
}

function renderInlines(tokens: Token[] | undefined, depth: number): ReactNode {
  if (depth > DEPTH) return (tokens ?? []).map((token) => token.raw).join('')
  return (tokens ?? []).map((token, i) => renderInline(token, i, depth))
}

function Scroller({ label, children }: { label: 'md.table' | 'md.code'; children: ReactNode }) {
  const { t } = useI18n()
  // A scrolling box must be reachable by keyboard (WCAG 2.1.1), hence the tab stop on a group.
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  return <div className="md-scroll" tabIndex={0} role="group" aria-label={t(label)}>{children}</div>
}

function Table({ table, depth }: { table: Tokens.Table; depth: number }) {
  return (
    <Scroller label="md.table">
      <table>
        <thead><tr>{table.header.map((cell, i) => <th key={i} scope="col">{renderInlines(cell.tokens, depth)}</th>)}</tr></thead>
        <tbody>{table.rows.map((row, i) => (
          <tr key={i}>{row.map((cell, j) => <td key={j}>{renderInlines(cell.tokens, depth)}</td>)}</tr>
        ))}</tbody>
      </table>
    </Scroller>
  )
}

function renderBlock(token: Token, key: number, depth: number): ReactNode {
  if (depth > DEPTH) return <p key={key}>{token.raw}</p>
  const inner = (tokens: Token[]) => tokens.map((child, i) => renderBlock(child, i, depth + 1))
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'heading': {
      const heading = token as Tokens.Heading
      // The message itself has an h2: headings inside start at h3.
      const Tag = `h${Math.min(6, heading.depth + 2)}` as 'h3'
      return <Tag key={key}>{renderInlines(heading.tokens, depth + 1)}</Tag>
    }
    case 'paragraph':
      return <p key={key}>{renderInlines((token as Tokens.Paragraph).tokens, depth + 1)}</p>
    case 'list': {
      const list = token as Tokens.List
      const items = list.items.map((item, i) => <li key={i}>{inner(item.tokens)}</li>)
      return list.ordered ? <ol key={key} start={Number(list.start) || 1}>{items}</ol> : <ul key={key}>{items}</ul>
    }
    case 'code':
      return <Scroller key={key} label="md.code"><pre><code>{(token as Tokens.Code).text}</code></pre></Scroller>
    case 'blockquote':
      return <blockquote key={key}>{inner((token as Tokens.Blockquote).tokens)}</blockquote>
    case 'hr':
      return <hr key={key} />
    case 'table':
      return <Table key={key} table={token as Tokens.Table} depth={depth + 1} />
    case 'html':
      return <p key={key}>{token.raw.trim()}</p>
    default:
      return renderInline(token, key, depth + 1)
  }
}

/** One block; unchanged blocks are not lexed or rendered again while the last one grows. */
const Block = memo(function Block({ raw }: { raw: string }) {
  return useMemo(() => lexBlocks(raw).map((token, i) => renderBlock(token, i, 0)), [raw])
})

/** Model text as React elements. Nothing goes through innerHTML, so there is nothing to sanitise. */
export function Markdown({ source, streaming = false }: { source: string; streaming?: boolean }) {
  const raws = useMemo(() => {
    const text = clean(source)
    return lexBlocks(streaming ? repair(text) : text).map((token) => token.raw)
  }, [source, streaming])
  return <div className="md">{raws.map((raw, i) => <Block key={i} raw={raw} />)}</div>
}
