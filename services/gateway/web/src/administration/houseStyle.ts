// SPDX-License-Identifier: EUPL-1.2
import type { HouseStyle, Word } from '../api/houseStyle'

/** One preferred word a line: `Antragsteller = antragstellende Person`. */
export const wordsAsText = (words: readonly Word[]): string => words.map((word) => `${word.instead_of} = ${word.say}`).join('\n')

/** The words, or the first line that is none. */
export function wordsOf(text: string): { words: Word[] } | { wrong: string } {
  const words: Word[] = []
  for (const line of text.split('\n').map((one) => one.trim()).filter(Boolean)) {
    const at = line.indexOf('=')
    const word = { instead_of: line.slice(0, Math.max(at, 0)).trim(), say: line.slice(at + 1).trim() }
    if (at < 1 || word.instead_of.length < 2 || !word.say) return { wrong: line }
    words.push(word)
  }
  return { words }
}

/** The field of the form that a pointer of the server means: `/words/3/say` is `words`. */
export const fieldOf = (pointer: string): string => {
  const [, first = '', second = ''] = pointer.split('/')
  return first === 'templates' && second ? `templates.${second}` : first
}

/** Without templates that are empty: there the platform's holds. */
export const trimmed = (style: HouseStyle): HouseStyle => ({ ...style, templates: Object.fromEntries(Object.entries(style.templates).filter(([, text]) => text.trim())) })
