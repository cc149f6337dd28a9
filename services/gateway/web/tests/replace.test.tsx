// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DocumentState, KnowledgeBase } from '../src/api/types'
import { LiveRegions } from '../src/chat/announcer'
import { DocumentTable } from '../src/knowledge/DocumentTable'
import { comingInstead, mayReplace } from '../src/knowledge/useDocuments'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const doc = (id: string, part: Partial<DocumentState> = {}): DocumentState => ({ id, name: `${id}.txt`, state: 'ready', size: 10, created_at: '2026-11-20T10:00:00Z', ...part })
const by = (id: string) => ({ document: id, name: `${id}.txt`, title: null, created_at: '2026-11-21T10:00:00Z' })

describe('a document of a knowledge base', () => {
  let stored: Record<string, DocumentState>
  let answer: (id: string) => [object, number]
  let held: Promise<void>
  const gateway = new Gateway((request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    if (url.pathname === '/api/v1/me') return json(response, { id: 'a', authority: null, roles: [], rights: [] })
    if (request.method === 'POST') return json(response, ...answer(url.searchParams.get('replaces') ?? ''))
    if (url.pathname.endsWith('/documents')) {
      const listed = { items: Object.values(stored).filter((one) => !one.superseded || url.searchParams.get('superseded') === 'true') }
      return held.then(() => json(response, listed))
    }
    const found = stored[url.pathname.split('/').at(-1)!]
    return json(response, found ?? { items: [] })
  })
  beforeEach(async () => {
    stored = { alt: doc('alt') }
    held = Promise.resolve()
    gateway.seen.length = 0
    await gateway.start()
  })
  afterEach(() => gateway.stop())

  const show = (change = true) => render(
    <SettingsProvider><LiveRegions /><SessionProvider otherwise={() => null}><DocumentTable base={{ id: 'kb', name: 'Fristen' } as KnowledgeBase} change={change} /></SessionProvider></SettingsProvider>,
  )
  const row = (name: string) => screen.findByRole('row', { name: new RegExp(name) })
  async function replace(user: ReturnType<typeof userEvent.setup>) {
    await user.click(await screen.findByRole('button', { name: 'Ersetzen …: alt.txt' }))
    const dialog = within(screen.getByRole('dialog', { name: 'Dokument ersetzen' }))
    await user.click(dialog.getByRole('button', { name: 'Ersetzen' }))
    dialog.getByText('Bitte wählen Sie die neue Datei.')
    await user.upload(dialog.getByLabelText('Neue Datei wählen', { selector: 'input' }), new File(['Neues.'], 'neu.txt'))
    await dialog.findByText(/Gewählt: neu\.txt/)
    await user.click(dialog.getByRole('button', { name: 'Ersetzen' }))
  }

  it('that is being read is stopped: it is gone, with the question in those words (ING-10)', async () => {
    stored = { alt: doc('alt', { state: 'parsing' }) }
    const user = userEvent.setup()
    show()
    await user.click(await screen.findByRole('button', { name: 'Einlesen abbrechen: alt.txt' }))
    await user.click(within(screen.getByRole('dialog', { name: 'Einlesen abbrechen?' })).getByRole('button', { name: 'Einlesen abbrechen' }))
    await waitFor(() => expect(screen.queryByRole('row', { name: /^alt/ })).toBeNull())
    expect(gateway.seen.find((one) => one.method === 'DELETE')!.path).toBe('/api/v1/documents/alt')
  })

  it('is replaced: it holds until the new one is ready, then it is said to be superseded and by what (DSG-08)', async () => {
    answer = (id) => {
      stored['neu'] = doc('neu', { state: 'parsing', replaces: id })
      return [stored['neu'], 202]
    }
    const user = userEvent.setup()
    show()
    await replace(user)
    expect(screen.queryByRole('dialog')).toBeNull()
    await waitFor(async () => expect((await row('^alt')).textContent).toContain('Wird durch „neu.txt“ ersetzt'))
    expect((await row('^neu')).textContent).toContain('anstelle von „alt.txt“')
    expect(gateway.seen.find((one) => one.method === 'POST')!.path).toBe('/api/v1/knowledge-bases/kb/documents?replaces=alt')
    stored = { alt: doc('alt', { superseded: true, superseded_by: by('neu') }), neu: doc('neu', { replaces: 'alt' }) }
    await waitFor(async () => expect((await row('^alt')).textContent).toContain('Überholt durch „neu.txt“, seit 21.11.2026'), { timeout: 4000 })
    expect(screen.queryByRole('button', { name: 'Ersetzen …: alt.txt' })).toBeNull()
    screen.getByRole('button', { name: 'Löschen: alt.txt' })
  })

  it('stays in the list when the list that was asked for before it arrives after it', async () => {
    let release = () => undefined as void
    held = new Promise((resolve) => { release = resolve })
    answer = () => [doc('neu', { state: 'parsing' }), 202]
    const user = userEvent.setup()
    show()
    await screen.findByRole('button', { name: 'Dokumente hochladen' })
    await user.upload(document.querySelector<HTMLInputElement>('input[type=file]')!, new File(['Neues.'], 'neu.txt'))
    await row('^neu')
    release()
    await row('^alt')
    await row('^neu')
  })

  it('is read once more where it failed and its file is kept', async () => {
    stored = { alt: doc('alt', { state: 'failed', retryable: true, reason: { code: 'internal_error', detail: 'Es ist ein Fehler aufgetreten.' } }), leer: doc('leer', { state: 'failed' }) }
    answer = () => [(stored['alt'] = doc('alt', { state: 'queued' })), 202]
    const user = userEvent.setup()
    show()
    await user.click(await screen.findByRole('button', { name: 'Noch einmal lesen: alt.txt' }))
    await waitFor(async () => expect((await row('^alt')).textContent).not.toContain('Fehler'))
    expect(gateway.seen.find((one) => one.method === 'POST')!.path).toBe('/api/v1/documents/alt/retry')
    expect(screen.queryByRole('button', { name: /Noch einmal lesen/ })).toBeNull()
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Dokumente' })))
    stored['alt'] = doc('alt')
    await waitFor(async () => expect((await row('^alt')).textContent).toContain('bereit'), { timeout: 4000 })
  })

  it('stays what it is where the new one can not be read (DSG-08)', async () => {
    answer = (id) => [(stored['neu'] = doc('neu', { state: 'failed', reason: { code: 'empty', detail: 'Die Datei ist leer.' }, replaces: id })), 202]
    show()
    await replace(userEvent.setup())
    await waitFor(async () => expect((await row('^neu')).textContent).toContain('„alt.txt“ gilt weiter.'))
    screen.getByRole('button', { name: 'Ersetzen …: alt.txt' })
  })

  it('was replaced by somebody else meanwhile: that is said aloud, and the list shows what holds (DSG-08)', async () => {
    answer = () => {
      stored = { alt: doc('alt', { superseded: true, superseded_by: by('fremd') }), fremd: doc('fremd') }
      return [{ code: 'already_replaced', status: 409, detail: 'Dieses Dokument wurde inzwischen schon ersetzt.' }, 409]
    }
    show()
    await replace(userEvent.setup())
    await row('^fremd')
    expect(screen.getAllByText(/inzwischen schon ersetzt/).some((one) => one.closest('[role=status]'))).toBe(true)
    expect(within(screen.getByRole('list', { name: 'Angehängte Dateien' })).getByText(/inzwischen schon ersetzt/)).toBeTruthy()
    expect(screen.queryByRole('row', { name: /^alt/ })).toBeNull()
  })

  it('is shown on demand once it is superseded, and changed by nobody who may only read (DSG-08)', async () => {
    stored = { alt: doc('alt', { superseded: true, superseded_by: by('neu') }), neu: doc('neu') }
    const user = userEvent.setup()
    const { unmount } = show()
    await row('^neu')
    expect(screen.queryByRole('row', { name: /^alt/ })).toBeNull()
    await user.click(screen.getByRole('checkbox', { name: 'Auch überholte Dokumente zeigen' }))
    expect((await row('^alt')).textContent).toContain('Überholt durch „neu.txt“')
    unmount()
    show(false)
    await row('^neu')
    expect(screen.queryByRole('button', { name: /Ersetzen|Löschen/ })).toBeNull()
  })
})

describe('which documents a ready one may have superseded', () => {
  it('is the one that it names, and those of its name that still hold (DSG-08)', () => {
    const list = [doc('a'), doc('b', { name: 'NEU.txt' }), doc('c', { name: 'neu.txt', state: 'failed' }), doc('d', { name: 'neu.txt', superseded: true, superseded_by: by('b') }), doc('neu', { replaces: 'a' })]
    expect(mayReplace(list, list.at(-1)!).map((one) => one.id)).toEqual(['a', 'b'])
  })
  it('is on its way only until it is ready or has failed (DSG-08)', () => {
    for (const [state, found] of [['queued', 'b'], ['indexing', 'b'], ['ready', undefined], ['failed', undefined]] as const) {
      expect(comingInstead([doc('a'), doc('b', { state, replaces: 'a' })], doc('a'))?.id).toBe(found)
    }
  })
})
