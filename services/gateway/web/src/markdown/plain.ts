// SPDX-License-Identifier: EUPL-1.2
import { clean, decode, lexBlocks, type Token, type Tokens } from './lex'

type Parent = { tokens?: Token[]; text?: string; raw: string }

function inline(tokens: Token[] | undefined): string {
  return (tokens ?? []).map((token) => {
    switch (token.type) {
      case 'br':
        return '\n'
      case 'codespan':
        return (token as Tokens.Codespan).text
      case 'image':
        return `[${(token as Tokens.Image).text}]`
      case 'html':
        return token.raw
      default: {
        const parent = token as Parent
        return parent.tokens ? inline(parent.tokens) : decode(parent.text ?? parent.raw)
      }
    }
  }).join('')
}

function block(token: Token): string {
  switch (token.type) {
    case 'space':
    case 'def':
    case 'hr':
      return ''
    case 'list': {
      const list = token as Tokens.List
      const start = Number(list.start) || 1
      return list.items.map((item, i) => `${list.ordered ? `${start + i}.` : '–'} ${blocks(item.tokens)}`).join('\n')
    }
    case 'code':
      return (token as Tokens.Code).text
    case 'blockquote':
      return blocks((token as Tokens.Blockquote).tokens)
    case 'table': {
      const table = token as Tokens.Table
      return [table.header, ...table.rows].map((row) => row.map((cell) => inline(cell.tokens)).join('; ')).join('\n')
    }
    case 'checkbox':
      return ''
    default: {
      const parent = token as Parent
      return parent.tokens ? inline(parent.tokens) : token.type === 'html' ? token.raw.trim() : decode(parent.text ?? parent.raw)
    }
  }
}

const blocks = (tokens: Token[]): string => tokens.map(block).filter((text) => text !== '').join('\n')

/** Text without marks, for screen readers and the clipboard. */
export function plainText(source: string): string {
  return lexBlocks(clean(source)).map(block).filter((text) => text !== '').join('\n\n')
}

/** Without citation numbers, as it is spoken. */
export const spokenText = (source: string): string => plainText(source).replace(/\s?\[\d{1,2}\]/g, '')
