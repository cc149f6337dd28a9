// SPDX-License-Identifier: EUPL-1.2
/**
 * Closes what a stream has opened and not yet closed, so that half an emphasis or a half table link does not flicker
 * as raw marks while the text comes in. Only for display; the stored text is never changed.
 */
export function repair(source: string): string {
  const fences = source.match(/^(```|~~~)/gm)?.length ?? 0
  if (fences % 2 === 1) return `${source}\n\`\`\``
  const cut = Math.max(source.lastIndexOf('\n\n'), 0)
  let tail = source.slice(cut)
  // An unfinished link shows its text only, an unfinished citation or list mark nothing yet.
  tail = tail.replace(/\[([^\]\n]*)\]\([^)\n]*$/, '$1').replace(/\[\d{0,2}$/, '').replace(/(^|\n)\s*[-*+]$/, '$1')
  // A table is one only with its second line; until then its first would show as bars.
  tail = tail.replace(/(^|\n)\|[^\n]*(\n\|?[\s:|-]*)?$/, (whole, start: string, ruler?: string) => (ruler && /^\n\|(\s*:?-+:?\s*\|)+$/.test(ruler) ? whole : isFirstRow(tail, whole) ? start : whole))
  if (count(tail, /`/g) % 2 === 1) return source.slice(0, cut) + tail + '`'
  const bare = tail.replace(/`[^`]*`/g, '')
  if (count(bare, /\*\*/g) % 2 === 1) tail = close(tail, '**')
  else if (count(bare.replace(/\*\*/g, '').replace(/^\s*\*\s/gm, ''), /\*/g) % 2 === 1) tail = close(tail, '*')
  return source.slice(0, cut) + tail
}

const isFirstRow = (text: string, row: string): boolean => !/\n\|(\s*:?-+:?\s*\|)+/.test(text.slice(0, text.length - row.length))
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

function close(text: string, mark: string): string {
  const trimmed = text.replace(/\s+$/, '')
  if (trimmed.endsWith(mark)) return trimmed.slice(0, -mark.length)
  return trimmed.replace(/\*$/, '') + mark
}
