// SPDX-License-Identifier: EUPL-1.2
import { ApiError, BACKGROUND, CSRF, send, sendJson } from './client'
import { readSse } from './sse'
import type { RunEvent } from './types'

const FINAL = new Set(['done', 'cancelled', 'error'])
/** Waits between attempts to come back to a stream, in ms; then the run is left to the server and the caller. */
const PAUSES = [300, 1000, 2000, 4000, 8000, 15000, 15000]

export type Follow = {
  /** Either a new run … */
  start?: { module: string; input: Record<string, unknown>; locale?: string; protection?: string | undefined; case?: string | undefined }
  /** … or one that already goes on. */
  run?: string
  /** Last event id that the caller has seen; later ones only. */
  after?: number
  signal: AbortSignal
  /** Told when the connection is lost and when it is back. */
  onConnection?: (up: boolean) => void
  pauses?: readonly number[]
}

function open(follow: Follow, run: string | undefined, last: number, key: string, again: boolean): Promise<Response> {
  if (run === undefined && follow.start) {
    return send(`/api/v1/modules/${encodeURIComponent(follow.start.module)}/runs`, {
      method: 'POST',
      signal: follow.signal,
      headers: {
        ...CSRF,
        accept: 'text/event-stream',
        'content-type': 'application/json',
        'accept-language': follow.start.locale ?? 'de',
        // The same key on a second try: a POST whose answer got lost starts no second run.
        'idempotency-key': key,
      },
      body: JSON.stringify({ input: follow.start.input, detach: true, ...(follow.start.protection ? { protection_class: follow.start.protection } : {}), ...(follow.start.case ? { case: follow.start.case } : {}) }),
    })
  }
  const headers: Record<string, string> = { ...(again ? BACKGROUND : {}), accept: 'text/event-stream' }
  if (last > 0) headers['last-event-id'] = String(last)
  return send(`/api/v1/runs/${encodeURIComponent(run ?? '')}/events`, { signal: follow.signal, headers })
}

/**
 * Events of a run up to its last one, each exactly once and in order, over as many connections as it takes.
 * Throws `ApiError` when the server refuses, or when the network stays away.
 */
export async function* followRun(follow: Follow): AsyncGenerator<RunEvent> {
  const pauses = follow.pauses ?? PAUSES
  const key = crypto.randomUUID()
  let run = follow.run
  let last = follow.after ?? 0
  let attempt = 0
  let again = false
  for (;;) {
    try {
      const response = await open(follow, run, last, key, again)
      follow.onConnection?.(true)
      // Everything up to the last event was received before.
      if (response.status === 204) return
      if (!response.body) throw new ApiError(0, { code: 'network' })
      for await (const raw of readSse(response.body)) {
        const event = JSON.parse(raw.data) as RunEvent
        const seq = Number(raw.id ?? event.seq)
        if (seq <= last) continue
        last = seq
        attempt = 0
        run = event.run ?? run
        yield event
        if (FINAL.has(event.type)) return
      }
    } catch (error) {
      if (follow.signal.aborted) throw error
      // A refusal is an answer; anything else is the network.
      const transient = !(error instanceof ApiError) || error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504
      if (!transient || (error instanceof ApiError && error.status >= 500 && run === undefined)) throw error
    }
    follow.onConnection?.(false)
    again = true
    const pause = pauses[attempt++]
    if (pause === undefined) throw new ApiError(0, { code: 'network' })
    await wait(pause, follow.signal)
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'))
    }, { once: true })
  })
}

export const cancelRun = (run: string): Promise<void> => sendJson('DELETE', `/api/v1/runs/${encodeURIComponent(run)}`)
