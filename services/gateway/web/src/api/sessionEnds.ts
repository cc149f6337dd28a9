// SPDX-License-Identifier: EUPL-1.2
import type { SessionEnds, SessionTimes } from './types'

const MINUTE = 60_000
/** So long before the idle end one is asked. A minute more than promised: hidden tabs look only once a minute. */
export const IDLE_LEAD = 3 * MINUTE
/** So long before the last end one is told; it can't be put off, so there is time to finish something. */
export const ABSOLUTE_LEAD = 10 * MINUTE

/** Only the differences to the server's `now` count, so a wrong clock of this machine does no harm. `asked`: when the request left. */
export function endsOf(times: SessionTimes, asked: number): SessionEnds {
  const shift = asked - Date.parse(times.now)
  return { idle: Date.parse(times.idle_ends_at) + shift, absolute: Date.parse(times.ends_at) + shift }
}

/** `idle`: working on prolongs it. `absolute`: nothing does. `over`: ask the server, it has the last word. */
export type Phase = 'calm' | 'idle' | 'absolute' | 'over'

export function phaseAt({ idle, absolute }: SessionEnds, now: number): Phase {
  if (now >= Math.min(idle, absolute)) return 'over'
  if (idle < absolute && now >= idle - IDLE_LEAD) return 'idle'
  return now >= absolute - ABSOLUTE_LEAD ? 'absolute' : 'calm'
}

/** When there is something new to show: the next phase, or a minute less. */
export function nextLook(ends: SessionEnds, now: number): number {
  const { idle, absolute } = ends
  const end = Math.min(idle, absolute)
  const minute = now + ((end - now) % MINUTE || MINUTE)
  const steps = phaseAt(ends, now) === 'calm' ? [] : [minute]
  return Math.min(...[...steps, idle - IDLE_LEAD, absolute - ABSOLUTE_LEAD, end].filter((at) => at > now))
}

/** Whole minutes left, rounded up. */
export const minutesLeft = (end: number, now: number): number => Math.max(0, Math.ceil((end - now) / MINUTE))
