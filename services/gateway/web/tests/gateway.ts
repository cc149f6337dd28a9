// SPDX-License-Identifier: EUPL-1.2
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void
export type Seen = { method: string; path: string; headers: IncomingMessage['headers']; body: string }

/** A real HTTP server on loopback that plays the gateway's part; relative addresses of the client go to it. */
export class Gateway {
  readonly seen: Seen[] = []
  private readonly server: Server
  private readonly fetch = globalThis.fetch

  constructor(handler: Handler) {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const body = Buffer.concat(parts).toString()
        this.seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body })
        handler(request, response, body)
      })
    })
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    const { port } = this.server.address() as AddressInfo
    // In a simulated browser the page comes from here too: a foreign origin would be refused.
    const simulated = globalThis as { happyDOM?: { setURL: (url: string) => void } }
    simulated.happyDOM?.setURL(`http://127.0.0.1:${port}/chat/1?a=b`)
    globalThis.fetch = (input, init) => this.fetch(`http://127.0.0.1:${port}${String(input)}`, init)
  }

  async stop(): Promise<void> {
    globalThis.fetch = this.fetch
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
  response.end(JSON.stringify(body))
}

export type Wire = { type: string; seq: number; run: string } & Record<string, unknown>
export const frame = (event: Wire): string => `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
export const RUN = '11111111-1111-4111-8111-111111111111'

/** The events of an answer: ids rise with gaps, as the runner gives them. */
export function answer(text: string, started: Record<string, unknown> = {}): Wire[] {
  const words = text.match(/\S+\s*/g) ?? []
  const events: Wire[] = [{ type: 'run.started', seq: 1, run: RUN, ...started }, { type: 'status', phase: 'generating', seq: 2, run: RUN }]
  for (const [i, word] of words.entries()) events.push({ type: 'text.delta', text: word, seq: 1000 + 3 * i, run: RUN })
  events.push({ type: 'done', result: { text, citations: [], mode: 'generative' }, seq: 9000, run: RUN })
  return events
}
