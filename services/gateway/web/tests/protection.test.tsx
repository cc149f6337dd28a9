// SPDX-License-Identifier: EUPL-1.2
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { uploadFile } from '../src/api/endpoints'
import { freshLive, reduceLive } from '../src/api/live'
import type { Me, Message } from '../src/api/types'
import { AnswerMessage } from '../src/chat/AnswerMessage'
import { makeI18n } from '../src/i18n'
import { choices, CLASSES, copyLine, isClass } from '../src/protection/classes'
import { ProtectionBadge, ProtectionNote } from '../src/protection/ProtectionBadge'

const SOURCES = { open: null, show: () => undefined, choose: () => undefined, close: () => undefined }
const BRANCH = { all: [], index: 0, choose: () => undefined, disabled: false }
const who = (highest?: string): Me => ({ authority: null, roles: [], ...(highest ? { protection_class: highest } : {}) })

afterEach(() => vi.unstubAllGlobals())

describe('protection classes (TEN-15)', () => {
  it('offers what the person may see, and internal alone where nothing is known', () => {
    expect(CLASSES.map((one) => choices(who(one), 'offen').length)).toEqual([1, 2, 3, 4, 5])
    expect(choices(who(), 'intern')).toEqual(['intern'])
    expect(choices(who('vs-nfd'), 'intern')).toEqual(['intern'])
    expect(isClass('vs-nfd')).toBe(false)
  })

  it('says each class in words and explains it on request, also by keyboard', async () => {
    for (const locale of ['de', 'en'] as const) {
      const { t } = makeI18n(locale)
      for (const one of CLASSES) expect(t(`protection.${one}.why`).length).toBeGreaterThan(30)
    }
    render(<ProtectionNote value="sozialdaten" answer />)
    const why = screen.getByText(/§ 35 SGB I/)
    expect(why.closest('details')?.open).toBe(false)
    const summary = why.closest('details')?.querySelector('summary')
    expect(summary?.textContent).toBe('Schutzklasse: Sozialdaten')
    await userEvent.click(summary as HTMLElement)
    expect(why.closest('details')?.open).toBe(true)
    expect(why.textContent).toContain('höchste Schutzklasse von allem')
  })

  it('shows an unknown class as it came, and nothing where none was named', () => {
    const { container, rerender } = render(<ProtectionBadge value="neu-erfunden" />)
    expect(screen.getByText('neu-erfunden')).toBeTruthy()
    expect(container.querySelector('.protection--unknown')).toBeTruthy()
    rerender(<ProtectionBadge value={undefined} />)
    expect(container.textContent).toBe('')
  })

  it('goes with an answer and with its copy', async () => {
    const message: Message = { id: 'm', parent: null, role: 'assistant', text: 'Antwort.', state: 'complete', created_at: '2026-01-01T00:00:00Z', protection_class: 'personenbezogen' }
    const user = userEvent.setup()
    render(<AnswerMessage message={message} branch={BRANCH as never} sources={SOURCES as never} onRegenerate={undefined} />)
    expect(screen.getByText('Personenbezogen')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Kopieren' }))
    expect(await navigator.clipboard.readText()).toMatch(/\nSchutzklasse: Personenbezogen$/)
    expect(copyLine(undefined, makeI18n('de'))).toBe('')
  })

  it('is known from the first event on', () => {
    const live = reduceLive(freshLive(), { type: 'run.started', run: 'r', seq: 1, protection_class: 'sozialdaten' })
    expect(live.protection).toBe('sozialdaten')
    expect(reduceLive(live, { type: 'done', run: 'r', seq: 2, result: { text: 'x' } }).protection).toBe('sozialdaten')
  })

  it('is stated for each upload', async () => {
    const opened: string[] = []
    class Request {
      status = 202
      responseText = '{"id":"f"}'
      upload = { addEventListener: () => undefined }
      private loaded: () => void = () => undefined
      open(_: string, path: string) { opened.push(path) }
      setRequestHeader() { return undefined }
      addEventListener(name: string, listener: () => void) { if (name === 'load') this.loaded = listener }
      send() { this.loaded() }
    }
    vi.stubGlobal('XMLHttpRequest', Request)
    await uploadFile(new File(['x'], 'a.txt'), () => undefined, 'sozialdaten')
    expect(opened).toEqual(['/api/v1/files?protection_class=sozialdaten'])
  })
})
