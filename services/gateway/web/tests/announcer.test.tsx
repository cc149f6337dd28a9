// SPDX-License-Identifier: EUPL-1.2
import { virtual } from '@guidepup/virtual-screen-reader'
import { act, render } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { freshLive } from '../src/api/live'
import { Announcer, LiveRegions } from '../src/chat/announcer'
import { Narrator, REPEAT_MS, shorten, START_CHARACTERS } from '../src/chat/narrator'
import { LiveAnswer } from '../src/chat/LiveAnswer'
import { makeI18n } from '../src/i18n'

const SOURCES = { open: null, show: () => undefined, choose: () => undefined, close: () => undefined }
const i18n = makeI18n('de')

afterEach(() => vi.useRealTimers())

describe('announcements of a streamed answer', () => {
  it('end with the page that showed it, and leave nothing behind', () => {
    vi.useFakeTimers()
    const announcer = new Announcer()
    const narrator = new Narrator(announcer, () => i18n, () => 'whole')
    const { container } = render(<LiveRegions source={announcer} />)
    act(() => narrator.start())
    act(() => narrator.end('done', 'Vertraulich.'))
    expect(container.textContent).toContain('Vertraulich.')
    act(() => narrator.start())
    act(() => {
      narrator.leave()
      announcer.clear()
    })
    act(() => vi.advanceTimersByTime(3 * REPEAT_MS))
    act(() => narrator.end('done', 'Zu spät.'))
    expect(container.textContent).toBe('')
  })

  it('are start, end and the text once; no word of the stream itself (A11Y-03)', async () => {
    const announcer = new Announcer()
    const narrator = new Narrator(announcer, () => i18n, () => 'start')
    const page = (text: string) => <><LiveRegions source={announcer} /><main><LiveAnswer live={{ ...freshLive('r'), text, phase: 'generating' }} sources={SOURCES} /></main></>
    const { rerender } = render(page(''))
    await virtual.start({ container: document.body })
    await virtual.clearSpokenPhraseLog()
    act(() => narrator.start())
    for (let i = 1; i <= 40; i++) {
      rerender(page('Wort '.repeat(i)))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    act(() => narrator.end('done', 'Der Antrag ist **unvollständig** [1].'))
    await new Promise((resolve) => setTimeout(resolve, 30))
    const spoken = (await virtual.spokenPhraseLog()).filter((phrase) => phrase.startsWith('polite') || phrase.startsWith('assertive'))
    await virtual.stop()
    expect(spoken.filter((phrase) => phrase.includes('Wort'))).toEqual([])
    expect(spoken).toEqual(['polite: Antwort wird erstellt.', 'polite: Antwort vollständig.', 'polite: Der Antrag ist unvollständig.'])
  })

  it('give a sign of life every seven seconds, and none after the end', () => {
    vi.useFakeTimers()
    const announcer = new Announcer()
    const said: string[] = []
    announcer.subscribe(() => said.push(announcer.snapshot().status))
    const narrator = new Narrator(announcer, () => i18n, () => 'notice')
    narrator.start()
    vi.advanceTimersByTime(REPEAT_MS * 3 + 10)
    narrator.end('stopped', 'halber Satz')
    vi.advanceTimersByTime(REPEAT_MS * 3)
    expect(said).toEqual(['Antwort wird erstellt.', 'Antwort wird weiter erstellt.', 'Antwort wird erstellt.', 'Antwort wird weiter erstellt.', 'Antwort angehalten.'])
    expect(announcer.snapshot().log).toBe('')
  })

  it('read out only the beginning of a long answer unless one wants it whole', () => {
    const long = 'Wort '.repeat(300)
    expect(shorten(long, 'start', 'weiter im Gesprächsverlauf').length).toBeLessThan(START_CHARACTERS + 60)
    expect(shorten(long, 'start', 'weiter im Gesprächsverlauf')).toMatch(/… \(weiter im Gesprächsverlauf\)$/)
    expect(shorten(long, 'whole', 'x')).toBe(long)
    expect(shorten('kurz', 'start', 'x')).toBe('kurz')
    expect(shorten('kurz', 'notice', 'x')).toBe('')
  })

  it('come from regions that stand in the page from the start, and the answer is no live region', () => {
    const { container } = render(<><LiveRegions source={new Announcer()} /><LiveAnswer live={freshLive('r')} sources={SOURCES} /></>)
    expect(container.querySelectorAll('[role=status], [role=log]')).toHaveLength(2)
    expect(container.querySelector('article')?.closest('[aria-live]')).toBeNull()
    expect(container.querySelector('article')?.getAttribute('aria-busy')).toBe('true')
    expect(container.querySelector('article h2')?.textContent).toBe('Genius')
  })
})
