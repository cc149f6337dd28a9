// SPDX-License-Identifier: EUPL-1.2
import type { Key } from '../i18n'

const DAY = 86_400_000
const day = (at: Date): string => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`

/** Days as date fields have them; both are included. */
export type Period = { since: string; until: string }
/** The last 30 days. */
export const recent = (now: Date): Period => ({ since: day(new Date(now.getTime() - 30 * DAY)), until: day(now) })

/** From midnight to midnight of the person's own clock; null where the days are no period. */
export function boundsOf({ since, until }: Period): { period_from: string; period_until: string } | null {
  const begin = new Date(`${since}T00:00:00`)
  const end = new Date(`${until}T00:00:00`)
  end.setDate(end.getDate() + 1)
  return begin < end ? { period_from: begin.toISOString(), period_until: end.toISOString() } : null
}

/** How many retrievals a sample has: a whole number up to 500, as the platform draws at most. */
export function sizeOf(text: string): number | null {
  const size = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0
  return size >= 1 && size <= 500 ? size : null
}

const SEED = /^[A-Za-z0-9-]{8,64}$/
export type Wrong = Partial<Record<'since' | 'size' | 'seed', Key>>
export const check = (period: Period, size: string, seed: string): Wrong => ({
  ...(boundsOf(period) ? {} : { since: 'ins.period.wrong' as const }),
  ...(sizeOf(size) === null ? { size: 'ins.size.wrong' as const } : {}),
  ...(seed.trim() && !SEED.test(seed.trim()) ? { seed: 'ins.seed.wrong' as const } : {}),
})
