// @vitest-environment node
// SPDX-License-Identifier: EUPL-1.2
import { afterEach, describe, expect, it } from 'vitest'
import { ApiError } from '../src/api/client'
import { Follower } from '../src/api/follower'
import { followRun } from '../src/api/runs'
import type { RunEvent } from '../src/api/types'
import { answer, frame, Gateway, json, RUN } from './gateway'
import { random } from './random'

const TEXT = 'Das Wohngeld soll für zwölf Monate bewilligt werden. Der Zeitraum beginnt am Ersten des Monats.'
const EVENTS = answer(TEXT)
const QUICK = Array.from({ length: 40 }, () => 1)
let gateway: Gateway

afterEach(() => gateway.stop())

/** Sends what comes after `Last-Event-ID`, but breaks the connection after `cut()` events, also in the middle of one. */
async function cutting(cut: () => number): Promise<void> {
  gateway = new Gateway((request, response) => {
    if (request.method === 'DELETE') return void response.writeHead(204).end()
    const after = Number(request.headers['last-event-id'] ?? 0)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const rest = EVENTS.filter((event) => event.seq > after)
    const most = cut()
    const text = rest.slice(0, most).map(frame).join('')
    if (most >= rest.length) return void response.end(text)
    const half = rest[most]
    response.write(text + (half ? frame(half).slice(0, 25) : ''), () => setTimeout(() => response.destroy(), 1))
  })
  await gateway.start()
}

async function collect(events: AsyncGenerator<RunEvent>): Promise<RunEvent[]> {
  const all: RunEvent[] = []
  for await (const event of events) all.push(event)
  return all
}
const start = { module: 'chat', input: { message: 'x' } }

describe('followRun', () => {
  it('gives each event once and in order over many broken connections', async () => {
    const next = random(3)
    await cutting(() => Math.floor(next() * 4))
    const got = await collect(followRun({ start, signal: new AbortController().signal, pauses: QUICK }))
    expect(got.map((event) => event.seq)).toEqual(EVENTS.map((event) => event.seq))
    const posts = gateway.seen.filter((seen) => seen.method === 'POST')
    expect(posts.every((seen) => seen.headers['idempotency-key'] === posts[0]?.headers['idempotency-key'])).toBe(true)
    expect(JSON.parse(posts[0]?.body ?? '{}')).toEqual({ input: { message: 'x' }, detach: true })
    expect(posts[0]?.headers['x-csrf']).toBe('1')
    const gets = gateway.seen.filter((seen) => seen.method === 'GET')
    expect(gets.length).toBeGreaterThan(3)
    expect(gets.every((seen) => seen.path === `/api/v1/runs/${RUN}/events` && Number(seen.headers['last-event-id']) > 0)).toBe(true)
    // Nobody asked for these: they do not prolong the session.
    expect(gateway.seen.map((seen) => seen.headers['x-background'] === '1')).toEqual(gateway.seen.map((seen) => seen.method === 'GET'))
  })

  it('leaves out what the server sends a second time', async () => {
    gateway = new Gateway((_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end([...EVENTS.slice(0, 5), ...EVENTS].map(frame).join('')))
    await gateway.start()
    const got = await collect(followRun({ run: RUN, signal: new AbortController().signal, pauses: QUICK }))
    expect(got.map((event) => event.seq)).toEqual(EVENTS.map((event) => event.seq))
  })

  it('passes on a refusal before the start with code and fields', async () => {
    gateway = new Gateway((_, response) => json(response, { code: 'invalid_input', detail: 'Bitte prüfen.', errors: [{ pointer: '/input/text', detail: 'fehlt' }] }, 422))
    await gateway.start()
    const failure: unknown = await collect(followRun({ start, signal: new AbortController().signal, pauses: QUICK })).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ApiError)
    expect((failure as ApiError).code).toBe('invalid_input')
    expect((failure as ApiError).problem.errors).toEqual([{ pointer: '/input/text', detail: 'fehlt' }])
    expect(gateway.seen).toHaveLength(1)
  })

  it('gives up as a network failure when nothing comes back', async () => {
    gateway = new Gateway((_, response) => response.destroy())
    await gateway.start()
    const failure: unknown = await collect(followRun({ run: RUN, signal: new AbortController().signal, pauses: [1, 1] })).catch((error: unknown) => error)
    expect((failure as ApiError).code).toBe('network')
    expect(gateway.seen).toHaveLength(3)
  })
})

describe('Follower', () => {
  it('has the text exactly once after a resume', async () => {
    const next = random(11)
    await cutting(() => 1 + Math.floor(next() * 6))
    const texts: string[] = []
    const follower = new Follower({ onChange: (live) => texts.push(live.text), pace: () => 0, pauses: QUICK })
    const live = await follower.follow({ run: RUN })
    expect(live.end).toBe('done')
    expect(live.text).toBe(TEXT)
    expect(texts.every((text) => TEXT.startsWith(text))).toBe(true)
  })

  it('cancels at the server and keeps what has come', async () => {
    let stream: import('node:http').ServerResponse | undefined
    gateway = new Gateway((request, response) => {
      if (request.method === 'DELETE') {
        stream?.end(frame({ type: 'cancelled', seq: 9001, run: RUN }))
        return void response.writeHead(204).end()
      }
      stream = response
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(EVENTS.slice(0, 5).map(frame).join(''))
    })
    await gateway.start()
    const follower: Follower = new Follower({ onChange: (now) => now.text.length > 10 && follower.stop(), pace: () => 0 })
    const live = await follower.follow({ start })
    expect(live.end).toBe('stopped')
    expect(live.text).toBe('Das Wohngeld soll ')
    expect(gateway.seen.map((seen) => seen.method)).toEqual(['POST', 'DELETE'])
  })
})
