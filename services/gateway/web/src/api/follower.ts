// SPDX-License-Identifier: EUPL-1.2
import { ApiError } from './client'
import { freshLive, reduceLive, type Live } from './live'
import { cancelRun, followRun, type Follow } from './runs'

/** How long after a cancel we wait for the server's `cancelled` before we say so ourselves. */
const CANCEL_PATIENCE_MS = 3000

type Options = {
  onChange: (live: Live) => void
  /** Shortest time between two drawings while text streams in, in ms. */
  pace?: () => number
  pauses?: readonly number[]
}

/** Follows one run and keeps `live` up to date; can stop it. Drawing is batched, the end is drawn at once. */
export class Follower {
  live: Live = freshLive()
  private readonly abort = new AbortController()
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly options: Options) {}

  /** Ends when the run has ended. Throws `ApiError` if the server refuses to start or to show it. */
  async follow(what: Pick<Follow, 'start' | 'run'>): Promise<Live> {
    this.live = freshLive(what.run ?? null)
    this.draw()
    try {
      const events = followRun({
        ...what,
        signal: this.abort.signal,
        ...(this.options.pauses ? { pauses: this.options.pauses } : {}),
        onConnection: (up) => this.set({ ...this.live, connected: up }, !up),
      })
      for await (const event of events) {
        const stopWaiting = this.live.run === null && this.live.stopping
        this.set(reduceLive(this.live, event), event.type === 'run.started')
        if (stopWaiting && this.live.run) void this.requestCancel(this.live.run)
      }
    } catch (error) {
      if (!this.abort.signal.aborted) throw error
      if (!this.live.end) this.live = { ...this.live, end: 'stopped' }
    } finally {
      clearTimeout(this.timer)
      this.timer = undefined
    }
    this.draw()
    return this.live
  }

  /** Asks the server to cancel; before the run has an id, as soon as it has one. */
  stop(): void {
    if (this.live.stopping || this.live.end) return
    this.set({ ...this.live, stopping: true }, true)
    if (this.live.run) void this.requestCancel(this.live.run)
  }

  /** Lets go without cancelling: the run goes on at the server. */
  leave(): void {
    this.abort.abort()
  }

  private async requestCancel(run: string): Promise<void> {
    try {
      await cancelRun(run)
    } catch (error) {
      // 404 or 409: it has ended meanwhile, and its last event is on its way.
      if (!(error instanceof ApiError)) throw error
    }
    setTimeout(() => {
      if (!this.live.end) this.abort.abort()
    }, CANCEL_PATIENCE_MS)
  }

  private set(live: Live, now: boolean): void {
    this.live = live
    if (now) this.draw()
    else this.timer ??= setTimeout(() => this.draw(), this.options.pace?.() ?? 50)
  }

  private draw(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.options.onChange(this.live)
  }
}
