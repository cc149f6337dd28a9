// SPDX-License-Identifier: EUPL-1.2
import { ApiError } from '../api/client'
import { fetchMe } from '../api/endpoints'
import { nextLook, phaseAt, type Phase } from '../api/sessionEnds'
import type { SessionEnds } from '../api/types'

/** After a failed question, or when the server sees a little life left in what is over here. */
const AGAIN_MS = 5000
/** A timer may fire a little early; then there would be nothing new to see. */
const SLACK_MS = 50

export type SessionView = { phase: Phase; end: number; now: number }

/**
 * Knows when the session ends without asking all the time: it sleeps until there is something to say, and asks the
 * server once then, because other tabs and other requests may have prolonged it. Those questions prolong nothing.
 * A 401 reaches `onSessionEnd` by itself.
 */
export class SessionWatcher {
  private view: SessionView
  private timer: ReturnType<typeof setTimeout> | undefined
  private asking = false
  private running = false
  /** Rises when someone prolongs: an answer to an older question says nothing any more. */
  private turn = 0
  private readonly listeners = new Set<() => void>()

  constructor(private ends: SessionEnds) {
    this.view = { phase: 'calm', end: Math.min(ends.idle, ends.absolute), now: Date.now() }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = (): SessionView => this.view

  /** Returns what ends it. A machine that slept, and a tab one comes back to, look at once. */
  readonly start = (): (() => void) => {
    const wake = () => {
      if (document.visibilityState === 'visible') void this.look(true)
    }
    this.running = true
    document.addEventListener('visibilitychange', wake)
    addEventListener('focus', wake)
    void this.look(false)
    return () => {
      this.running = false
      clearTimeout(this.timer)
      document.removeEventListener('visibilitychange', wake)
      removeEventListener('focus', wake)
    }
  }

  /** One request of a person: the idle time begins anew. Throws `ApiError`. */
  readonly extend = async (): Promise<void> => {
    this.turn += 1
    this.ends = (await fetchMe()).ends ?? this.ends
    await this.look(false)
  }

  /** `ask`: also when nothing but the minutes left has changed. */
  private async look(ask: boolean): Promise<void> {
    if (this.asking || !this.running) return
    clearTimeout(this.timer)
    const phase = phaseAt(this.ends, Date.now())
    const known = phase === 'calm' || (phase === this.view.phase && !ask) || (await this.refresh())
    // Ended while the answer was on its way.
    if (!this.running) return
    const now = Date.now()
    this.view = { phase: phaseAt(this.ends, now), end: Math.min(this.ends.idle, this.ends.absolute), now }
    for (const listener of this.listeners) listener()
    const sure = known && this.view.phase !== 'over'
    this.timer = setTimeout(() => void this.look(!sure), sure ? nextLook(this.ends, now) - now + SLACK_MS : AGAIN_MS)
  }

  /** False when no answer came; a refusal is an answer. */
  private async refresh(): Promise<boolean> {
    const asked = this.turn
    this.asking = true
    try {
      const { ends } = await fetchMe({ background: true })
      if (ends && asked === this.turn) this.ends = ends
      return true
    } catch (error) {
      return error instanceof ApiError && error.status === 401
    } finally {
      this.asking = false
    }
  }
}
