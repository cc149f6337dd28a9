// SPDX-License-Identifier: EUPL-1.2
// The function itself: the end of a period (§ 187 (1), § 188, § 193 BGB; § 31 VwVfG). Dates are UTC days.

const DAY = 86_400_000
const iso = (day) => day.toISOString().slice(0, 10)
const german = (day) => iso(day).split('-').reverse().join('.')

/** The day of an ISO date; null where there is none, as the 30th of February. */
export function dayOf(text) {
  const day = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(day.getTime()) || iso(day) !== text ? null : day
}

/** Easter Sunday (Meeus, Jones, Butcher). */
function easter(year) {
  const a = year % 19, b = Math.floor(year / 100), c = year % 100
  const d = Math.floor(b / 4), e = b % 4, g = Math.floor((8 * b + 13) / 25)
  const h = (19 * a + b - d - g + 15) % 30
  const i = Math.floor(c / 4), k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1)
}

/** Public holidays of North Rhine-Westphalia as ISO dates with their names. */
export function holidays(year) {
  const at = (month, day) => iso(new Date(Date.UTC(year, month - 1, day)))
  const from = (days) => iso(new Date(easter(year) + days * DAY))
  return new Map([
    [at(1, 1), 'Neujahr'], [from(-2), 'Karfreitag'], [from(1), 'Ostermontag'], [at(5, 1), 'Tag der Arbeit'],
    [from(39), 'Christi Himmelfahrt'], [from(50), 'Pfingstmontag'], [from(60), 'Fronleichnam'],
    [at(10, 3), 'Tag der Deutschen Einheit'], [at(11, 1), 'Allerheiligen'],
    [at(12, 25), '1. Weihnachtstag'], [at(12, 26), '2. Weihnachtstag'],
  ])
}

/** § 188 (2) and (3): the day of that number, or the last one of a shorter month. */
function monthsLater(day, months) {
  const first = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1))
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  return new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), Math.min(day.getUTCDate(), last)))
}

/** `{ends, steps}` of a period of `length` `unit` after the day `event`; null beyond the year 9999. */
export function deadline(event, length, unit) {
  const steps = [`Ereignis am ${german(event)}; dieser Tag zählt nicht mit (§ 187 Abs. 1 BGB).`]
  let ends = unit === 'months' ? monthsLater(event, length) : new Date(event.getTime() + length * (unit === 'weeks' ? 7 : 1) * DAY)
  if (Number.isNaN(ends.getTime()) || ends.getUTCFullYear() > 9990) return null
  steps.push(`Rechnerisches Ende am ${german(ends)} (§ 188 BGB).`)
  for (;;) {
    const weekday = ends.getUTCDay()
    const why = holidays(ends.getUTCFullYear()).get(iso(ends)) ?? (weekday === 6 ? 'Samstag' : weekday === 0 ? 'Sonntag' : null)
    if (why === null) return { ends, steps, endsOn: iso(ends), shown: german(ends) }
    steps.push(`${german(ends)} ist ${why}: Es gilt der nächste Werktag (§ 193 BGB).`)
    ends = new Date(ends.getTime() + DAY)
  }
}
