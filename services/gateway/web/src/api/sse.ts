// SPDX-License-Identifier: EUPL-1.2
/** Reader for `text/event-stream` over fetch. EventSource can neither POST nor send headers. */
export type SseEvent = { id?: string; event: string; data: string }

/** Takes text in any split (also inside a line break or a field name) and gives back finished events. */
export class SseParser {
  private buffer = ''
  private id: string | undefined
  private event = ''
  private data: string[] = []

  push(chunk: string): SseEvent[] {
    this.buffer += chunk
    const out: SseEvent[] = []
    for (;;) {
      const at = this.buffer.search(/[\r\n]/)
      // A lone \r at the end may be half of \r\n: wait for the next chunk.
      if (at < 0 || (this.buffer[at] === '\r' && at === this.buffer.length - 1)) return out
      const line = this.buffer.slice(0, at)
      this.buffer = this.buffer.slice(at + (this.buffer.startsWith('\r\n', at) ? 2 : 1))
      if (line === '') this.flush(out)
      else this.field(line)
    }
  }

  private field(line: string): void {
    if (line.startsWith(':')) return
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') this.data.push(value)
    else if (name === 'event') this.event = value
    else if (name === 'id' && !value.includes('\0')) this.id = value
  }

  private flush(out: SseEvent[]): void {
    if (this.data.length > 0) {
      out.push({ ...(this.id === undefined ? {} : { id: this.id }), event: this.event || 'message', data: this.data.join('\n') })
    }
    this.event = ''
    this.data = []
  }
}

export async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<SseEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const parser = new SseParser()
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      yield* parser.push(decoder.decode(value, { stream: true }))
    }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}
