// SPDX-License-Identifier: EUPL-1.2

/** One limit of `GET /api/v1/me`. `level` is 0, or the warning that is reached: 80, 90 or 100 percent. */
export type Limit = {
  scope: 'person' | 'application' | 'authority' | 'model' | 'cost_centre'
  key: string
  unit: 'requests' | 'tokens'
  limit: number
  used: number | null
  left: number | null
  level: number
  renews_at: string
}
export type Limits = { day?: Limit[]; month?: Limit[] }
export type Warning = Limit & { period: 'day' | 'month' }

const ORDER: readonly Limit['scope'][] = ['person', 'application', 'cost_centre', 'authority', 'model']

/** The one limit to speak of: the nearest to its end, the person's own before those of others; null while all is well. */
export function warningOf({ day = [], month = [] }: Limits): Warning | null {
  const reached: Warning[] = [
    ...day.map((limit) => ({ ...limit, period: 'day' as const })),
    ...month.map((limit) => ({ ...limit, period: 'month' as const })),
  ].filter((limit) => limit.level > 0)
  // A model that is used up stops nobody else's work: what stops everything is told before it.
  const weight = (limit: Warning): number => limit.level * 10 - ORDER.indexOf(limit.scope) - (limit.scope === 'model' ? 1000 : 0)
  return reached.reduce<Warning | null>((best, limit) => (best && weight(best) >= weight(limit) ? best : limit), null)
}
