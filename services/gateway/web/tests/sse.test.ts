// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest'
import { SseParser, type SseEvent } from '../src/api/sse'
import { random } from './random'

const EVENTS: SseEvent[] = [
  { id: '1', event: 'run.started', data: '{"a":1}' },
  { id: '2', event: 'text.delta', data: '{"text":"Grüße § 25 😀"}' },
  { id: '7', event: 'text.delta', data: 'erste Zeile\nzweite Zeile' },
  { id: '1001', event: 'message', data: '' },
  { id: '1002', event: 'done', data: '{}' },
]

function wire(newline: string): string {
  return EVENTS.map(({ id, event, data }) => [
    ': ein Kommentar alle 15 Sekunden', '', `id: ${id}`, event === 'message' ? 'retry: 5' : `event:${event}`,
    ...data.split('\n').map((line) => `data: ${line}`), '', '',
  ].join(newline)).join('')
}

describe('SseParser', () => {
  it.each([['\n'], ['\r\n'], ['\r']])('gives the same events for any split, line ends %j', (newline) => {
    const text = `${wire(newline)}:`
    const next = random(7)
    for (let round = 0; round < 300; round++) {
      const parser = new SseParser()
      const got: SseEvent[] = []
      for (let at = 0; at < text.length;) {
        const size = round === 0 ? 1 : 1 + Math.floor(next() * 40)
        got.push(...parser.push(text.slice(at, at + size)))
        at += size
      }
      expect(got).toEqual(EVENTS)
    }
  })

  it('keeps back an event whose empty line has not come', () => {
    const parser = new SseParser()
    expect(parser.push('id: 3\ndata: halb')).toEqual([])
    expect(parser.push('\n')).toEqual([])
    expect(parser.push('\n')).toEqual([{ id: '3', event: 'message', data: 'halb' }])
  })

  it('ignores events without data and an id with a zero byte', () => {
    expect(new SseParser().push('event: leer\n\nid: a\0b\ndata: x\n\n')).toEqual([{ event: 'message', data: 'x' }])
  })
})
