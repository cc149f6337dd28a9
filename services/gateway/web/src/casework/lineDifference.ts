// SPDX-License-Identifier: EUPL-1.2
/** Lines of two texts side by side: what stayed, what went, what came. */
export type Line = { kind: 'same' | 'gone' | 'new'; text: string }

/** By the longest common run of lines; blank lines that stayed are left out. */
export function lineDifference(before: string, after: string): Line[] {
  const old = before === '' ? [] : before.split('\n')
  const now = after === '' ? [] : after.split('\n')
  const common: number[][] = Array.from({ length: old.length + 1 }, () => Array.from({ length: now.length + 1 }, () => 0))
  const at = (i: number, j: number) => common[i]?.[j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const row = common[i]
      if (row) row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const found: Line[] = []
  let i = 0
  let j = 0
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      found.push({ kind: 'same', text: old[i] ?? '' })
      i++
      j++
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1))) found.push({ kind: 'gone', text: old[i++] ?? '' })
    else found.push({ kind: 'new', text: now[j++] ?? '' })
  }
  return found.filter((line) => line.kind !== 'same' || line.text.trim() !== '')
}
