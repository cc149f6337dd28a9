// SPDX-License-Identifier: EUPL-1.2
import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../src/api/client'
import type { Citation, DocumentState } from '../src/api/types'
import { AnswerMessage } from '../src/chat/AnswerMessage'
import { EditMessage } from '../src/chat/EditMessage'
import { draftKey, dropDrafts, keepDraftsOf, readDraft, writeDraft } from '../src/drafts'
import { ErrorNote } from '../src/errors'
import { FileChips } from '../src/files/FileChips'
import { useUploads } from '../src/files/useUploads'
import { Dialog } from '../src/kern/Dialog'
import { Menu } from '../src/kern/Menu'
import { Cites } from '../src/markdown/CiteButton'
import { EditableText } from '../src/modules/EditableText'
import { NothingFound } from '../src/modules/NothingFound'
import { Sentences } from '../src/modules/Sentences'
import { DisplayDialog } from '../src/settings/DisplayDialog'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { SourcePanel } from '../src/sources/SourcePanel'

const CITATION: Citation = { document: 'd1', title: 'Merkblatt.pdf', version: 'v', text: 'Ein Satz. Der Bescheid gilt zwölf Monate.', score: 1, char_from: 0, char_to: 41, number: 1, quote: 'Der Bescheid gilt zwölf Monate.' }
const SOURCES = { open: null, show: () => undefined, choose: () => undefined, close: () => undefined }
let user = userEvent.setup()
beforeEach(() => {
  user = userEvent.setup()
})

afterEach(() => vi.useRealTimers())

describe('Menu', () => {
  it('works by keyboard and gives the focus back', async () => {
    const remove = vi.fn()
    render(<Menu label="Aktionen" icon="more" items={[{ label: 'Umbenennen', icon: 'edit', run: () => undefined }, { label: 'Löschen', icon: 'trash', run: remove }]} />)
    const button = screen.getByRole('button', { name: 'Aktionen' })
    button.focus()
    await user.keyboard('{Enter}')
    expect(button.getAttribute('aria-expanded')).toBe('true')
    expect(document.activeElement?.textContent).toBe('Umbenennen')
    await user.keyboard('{ArrowUp}')
    expect(document.activeElement?.textContent).toBe('Löschen')
    await user.keyboard('{Home}{End}{Enter}')
    expect(remove).toHaveBeenCalledOnce()
    expect(document.activeElement).toBe(button)
    await user.keyboard('{Enter}{Escape}')
    expect(screen.queryByRole('menu')).toBeNull()
    expect(document.activeElement).toBe(button)
  })
})

describe('Dialog', () => {
  function Page() {
    const [open, setOpen] = useState(false)
    return <><button type="button" onClick={() => setOpen(true)}>Öffnen</button>{open && <Dialog title="Umbenennen" onClose={() => setOpen(false)}><input aria-label="Titel" /></Dialog>}</>
  }
  it('puts the focus on the first field and returns it', async () => {
    render(<Page />)
    await user.click(screen.getByRole('button', { name: 'Öffnen' }))
    expect(document.activeElement).toBe(screen.getByLabelText('Titel'))
    await user.click(screen.getByRole('button', { name: 'Abbrechen' }))
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Öffnen' }))
  })
})

describe('display settings', () => {
  it('change language, theme and text size of the document at once', async () => {
    render(<SettingsProvider><DisplayDialog onClose={() => undefined} /></SettingsProvider>)
    await user.click(screen.getByRole('radio', { name: 'Dunkel' }))
    await user.click(screen.getByRole('radio', { name: 'Sehr groß' }))
    await user.click(screen.getByRole('radio', { name: 'English' }))
    const root = document.documentElement
    expect([root.lang, root.dataset['kernTheme'], root.dataset['size']]).toEqual(['en', 'dark', '150'])
    expect(screen.getByRole('dialog', { name: 'Display' })).toBeTruthy()
    await user.click(screen.getByRole('radio', { name: 'High contrast' }))
    expect(root.dataset['contrast']).toBe('high')
  })
})

describe('answers', () => {
  it('carry who made them and when, readable for people and machines (OUT-07)', () => {
    const message = { id: 'a', parent: 'u', role: 'assistant' as const, text: 'Text [1].', citations: [CITATION], mode: 'generative' as const, model: 'modell-x', run: 'r', state: 'stopped' as const, created_at: '2026-11-25T10:00:00Z' }
    const { container } = render(<AnswerMessage message={message} branch={{ all: ['b', 'a'], index: 1, choose: () => undefined, disabled: false }} sources={SOURCES} onRegenerate={undefined} />)
    const article = container.querySelector('article')
    expect(article?.dataset).toMatchObject({ aiGenerated: 'true', aiMode: 'generative', aiModel: 'modell-x' })
    expect(article?.textContent).toContain('KI-erzeugt mit modell-x')
    expect(screen.getByText('Angehalten')).toBeTruthy()
    expect(screen.getByRole('group', { name: 'Fassungen' }).textContent).toContain('2 von 2')
    expect(screen.queryByRole('button', { name: 'Neu erzeugen' })).toBeNull()
  })

  it('say in words which sentence has no source', () => {
    render(<Cites value={{ known: new Set([1]), active: null, show: () => undefined }}><Sentences sentences={[{ text: 'Belegt [1].', supported: true, citations: [1] }, { text: 'Offen.', supported: false, citations: [] }]} /></Cites>)
    expect(screen.getByText('nicht belegt').closest('p')?.textContent).toContain('Offen.')
    expect(screen.getAllByRole('button')).toHaveLength(1)
  })

  it('are honest where nothing was found', () => {
    render(<NothingFound citations={[]} />)
    expect(screen.getByText('In den freigegebenen Dokumenten nicht gefunden')).toBeTruthy()
    expect(screen.getAllByRole('listitem')).toHaveLength(3)
  })

  it('can be edited as drafts', async () => {
    render(<EditableText text="**Vermerk**" draft="genius.draft.a.text.r" />)
    await user.click(screen.getByRole('button', { name: 'Text bearbeiten' }))
    const area = screen.getByLabelText('Entwurf bearbeiten')
    expect(document.activeElement).toBe(area)
    await user.clear(area)
    await user.type(area, 'Neuer Text')
    await user.click(screen.getByRole('button', { name: 'Bearbeiten beenden' }))
    expect(screen.getByText('Neuer Text')).toBeTruthy()
    cleanup()
    render(<EditableText text="**Vermerk**" draft="genius.draft.a.text.r" />)
    expect(screen.getByText('Neuer Text')).toBeTruthy()
  })
})

describe('sources', () => {
  it('open with the quote marked and the focus on the chosen one; Escape closes', async () => {
    const close = vi.fn()
    const choose = vi.fn()
    const { container } = render(<SourcePanel citations={[CITATION, { ...CITATION, number: 2, title: 'Zweites' }]} active={1} onChoose={choose} onClose={close} />)
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Quelle 1' }))
    expect(container.querySelector('mark')?.textContent).toBe('Der Bescheid gilt zwölf Monate.')
    await user.click(screen.getByRole('button', { name: /Zweites/ }))
    expect(choose).toHaveBeenCalledWith(2)
    await user.keyboard('{Escape}')
    expect(close).toHaveBeenCalled()
  })
})

describe('files', () => {
  const state = (part: Partial<DocumentState>): DocumentState => ({ id: 'f', name: 'a.pdf', state: 'queued', size: 1, created_at: '', ...part })
  function Page({ put, get, remove }: { put: () => Promise<DocumentState>; get: () => Promise<DocumentState>; remove: () => Promise<void> }) {
    const { uploads, add, drop } = useUploads({ put, get, remove })
    return <><button type="button" onClick={() => add([new File(['x'], 'a.pdf')])}>Hinzufügen</button><FileChips uploads={uploads} onRemove={drop} /></>
  }
  it('are followed until they are ready, and deleted when taken away', async () => {
    vi.useFakeTimers()
    const answers = [state({ state: 'parsing' }), state({ state: 'ready', pages: 2 })]
    const remove = vi.fn(() => Promise.resolve())
    const get = vi.fn(() => Promise.resolve(answers.shift() ?? state({ state: 'ready', pages: 2 })))
    const put = () => Promise.resolve(state({}))
    render(<Page put={put} get={get} remove={remove} />)
    act(() => screen.getByRole('button', { name: 'Hinzufügen' }).click())
    // One round a step: the next one is only planned when React has drawn the last.
    for (let round = 0; round < 4; round++) await act(() => vi.advanceTimersByTimeAsync(1100))
    expect(screen.getByText('bereit, 2 Seiten')).toBeTruthy()
    expect(get).toHaveBeenCalledTimes(2)
    act(() => screen.getByRole('button', { name: 'a.pdf entfernen' }).click())
    expect(remove).toHaveBeenCalledWith('f')
  })
  it('say why they failed', async () => {
    const failed = state({ state: 'failed', reason: { code: 'encrypted', detail: 'Die Datei ist mit einem Kennwort geschützt.' } })
    const put = () => Promise.resolve(failed)
    render(<Page put={put} get={put} remove={() => Promise.resolve()} />)
    await act(async () => screen.getByRole('button', { name: 'Hinzufügen' }).click())
    expect(screen.getByText('Die Datei ist mit einem Kennwort geschützt.')).toBeTruthy()
  })
})

describe('small texts', () => {
  it('show the server’s own sentence, else one of ours, with the id for support', () => {
    const { rerender } = render(<ErrorNote error={new ApiError(409, { detail: 'Bitte später.', request_id: 'abc' })} />)
    expect(screen.getByRole('alert').textContent).toBe('Bitte später.Kennung für den Support: abc')
    rerender(<ErrorNote error={new ApiError(0, {})} />)
    expect(screen.getByRole('alert').textContent).toContain('Keine Verbindung')
    rerender(<ErrorNote error={new ApiError(503, {})} />)
    expect(screen.getByRole('alert').textContent).toContain('Der Server hat einen Fehler gemeldet')
  })
  it('keep drafts in this tab only, for one person, until signing out', () => {
    const [anna, bert] = [{ id: 'a', authority: null, roles: [] }, { id: 'b', authority: null, roles: [] }]
    writeDraft(draftKey(anna, 'new'), 'Entwurf')
    expect([readDraft(draftKey(anna, 'new')), readDraft(draftKey(bert, 'new'))]).toEqual(['Entwurf', ''])
    expect(localStorage.length).toBe(0)
    keepDraftsOf(anna)
    expect(sessionStorage.length).toBe(1)
    keepDraftsOf(bert)
    expect(sessionStorage.length).toBe(0)
    writeDraft(draftKey(bert, 'new'), 'Text')
    writeDraft(draftKey(bert, 'form.draft'), '{}')
    writeDraft(draftKey(bert, 'form.draft'), '')
    expect(sessionStorage.length).toBe(1)
    dropDrafts()
    expect(sessionStorage.length).toBe(0)
  })
  it('send an edited message only with text', async () => {
    const send = vi.fn()
    const cancel = vi.fn()
    render(<EditMessage text="alt" draft="genius.draft.a.edit.m" onSend={send} onCancel={cancel} />)
    await user.clear(screen.getByLabelText('Nachricht bearbeiten'))
    await user.click(screen.getByRole('button', { name: 'Neue Fassung senden' }))
    expect(send).not.toHaveBeenCalled()
    await user.type(screen.getByLabelText('Nachricht bearbeiten'), 'neu{Escape}')
    expect(cancel).toHaveBeenCalled()
    expect(readDraft('genius.draft.a.edit.m')).toBe('neu')
    await user.click(screen.getByRole('button', { name: 'Neue Fassung senden' }))
    expect(send).toHaveBeenCalledWith('neu')
  })
})
