// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KnowledgeBase, Manifest } from '../src/api/types'
import { LiveRegions } from '../src/chat/announcer'
import { KnowledgeButton } from '../src/chat/KnowledgeButton'
import { useKnowledgeChoice } from '../src/chat/useKnowledgeChoice'
import { SchemaForm } from '../src/forms/SchemaForm'
import { makeI18n } from '../src/i18n'
import { CreateDialog } from '../src/knowledge/CreateDialog'
import { IncomingShares } from '../src/knowledge/IncomingShares'
import { KnowledgeSearch } from '../src/knowledge/KnowledgeSearch'
import { PurposeSection } from '../src/knowledge/PurposeSection'
import { allowsUse, nameOfUse, offeredUses, whyClosed } from '../src/knowledge/uses'
import { SessionProvider } from '../src/session'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

const module = (id: string, title: string, scopes: string[]) => ({ id, version: '1.0.0', title: { de: title, en: title }, description: { de: '', en: '' }, input_schema: {}, result_schema: {}, needs: 'optional', mode: 'extractive', scopes }) as unknown as Manifest
const MODULES = [module('chat', 'Chat', ['search']), module('ask-documents', 'Dokumente befragen', ['search']), module('draft', 'Entwurf', [])]
const base = (more: Partial<KnowledgeBase> = {}): KnowledgeBase => ({ id: 'kb', name: 'Wohngeld', owner: 'tenant', rights: ['read', 'write', 'manage'], protection_class: 'intern', purpose: 'Auskünfte zum Wohngeld', uses: null, ...more })
const BOUND = base({ id: 'zu', name: 'Personalakten', purpose: 'Personalsachen', uses: ['search'] })
const ME = { id: 'p', name: 'Anna', authority: { id: 'a', short: 'amt', name: 'Amt' }, roles: ['sachbearbeitung', 'wissenspflege'], units: [], actions: [] }

describe('what a knowledge base is there for (DSG-06)', () => {
  const gateway = new Gateway((request, response, body) => {
    if (request.url === '/api/v1/me') return json(response, ME)
    if (request.url === '/api/v1/modules') return json(response, { items: MODULES })
    if (request.url === '/api/v1/shares') return json(response, { items: [{ id: 's', knowledge_base: null, name: 'Akten', protection_class: 'intern', purpose: 'Nur Statistik', uses: ['ask-documents', 'search'], authority: { id: 'b', short: 'b', name: 'Stadt' }, state: 'offered', offered_at: '2026-11-01T08:00:00Z', accepted_at: null }] })
    if (request.method === 'POST' || request.method === 'PATCH') return json(response, { ...base(), ...(JSON.parse(body) as object) }, request.method === 'POST' ? 201 : 200)
    return json(response, { items: [base(), BOUND] })
  })
  beforeEach(async () => {
    gateway.seen.length = 0
    await gateway.start()
  })
  afterEach(() => gateway.stop())
  const inSession = (what: React.ReactNode) => render(<SettingsProvider><LiveRegions /><SessionProvider otherwise={() => null}>{what}</SessionProvider></SettingsProvider>)
  const sent = () => gateway.seen.filter((one) => one.method !== 'GET').map((one) => JSON.parse(one.body) as Record<string, unknown>)

  it('asks for a purpose, lets everything be allowed, and sends what was chosen', async () => {
    const user = userEvent.setup()
    inSession(<CreateDialog onClose={() => undefined} onDone={() => undefined} />)
    const dialog = within(await screen.findByRole('dialog'))
    await user.type(dialog.getByRole('textbox', { name: 'Name' }), 'Wohngeld')
    const save = dialog.getByRole('button', { name: 'Wissensbasis anlegen' })
    await user.click(save)
    const purpose = dialog.getByRole('textbox', { name: 'Zweck' })
    expect(purpose.getAttribute('aria-invalid')).toBe('true')
    expect(dialog.getByText('Bitte nennen Sie den Zweck in einem Satz.')).toBeTruthy()
    expect(sent()).toEqual([])
    await user.type(purpose, ' Auskünfte zum Wohngeld ')
    expect((dialog.getByRole('radio', { name: 'Alle Funktionen und die Suche' }) as HTMLInputElement).checked).toBe(true)
    await user.click(save)
    await waitFor(() => expect(sent()).toHaveLength(1))
    expect(sent()[0]).toMatchObject({ name: 'Wohngeld', purpose: 'Auskünfte zum Wohngeld', uses: null })
  })

  it('offers what can read, by name, and wants at least one', async () => {
    const user = userEvent.setup()
    inSession(<CreateDialog onClose={() => undefined} onDone={() => undefined} />)
    const dialog = within(await screen.findByRole('dialog'))
    await user.type(dialog.getByRole('textbox', { name: 'Name' }), 'x')
    await user.type(dialog.getByRole('textbox', { name: 'Zweck' }), 'y')
    await user.click(dialog.getByRole('radio', { name: 'Nur, was ich auswähle' }))
    expect(dialog.getAllByRole('checkbox').map((box) => (box as HTMLInputElement).labels?.[0]?.textContent)).toEqual(['Chat', 'Dokumente befragen', 'Suche auf der Seite „Wissen“'])
    await user.click(dialog.getByRole('button', { name: 'Wissensbasis anlegen' }))
    expect(dialog.getByText('Bitte wählen Sie mindestens eine Verwendung.')).toBeTruthy()
    expect(sent()).toEqual([])
    await user.click(dialog.getByRole('checkbox', { name: 'Dokumente befragen' }))
    expect(dialog.queryByText('Bitte wählen Sie mindestens eine Verwendung.')).toBeNull()
    await user.click(dialog.getByRole('button', { name: 'Wissensbasis anlegen' }))
    await waitFor(() => expect(sent()[0]).toMatchObject({ uses: ['ask-documents'] }))
  })

  it('is shown to readers, changed by who manages it, and missing ones are asked for', async () => {
    const user = userEvent.setup()
    const changed: KnowledgeBase[] = []
    const { unmount } = inSession(<PurposeSection base={base({ rights: ['read'], uses: ['search', 'weg'] })} onChange={() => undefined} />)
    expect(await screen.findByText('Auskünfte zum Wohngeld')).toBeTruthy()
    expect(screen.getByText('Verwendet werden darf sie für: Suche auf der Seite „Wissen“, weg')).toBeTruthy()
    expect(screen.queryByRole('button')).toBeNull()
    unmount()
    inSession(<PurposeSection base={base({ purpose: null })} onChange={(one) => changed.push(one)} />)
    expect(await screen.findByText(/Bitte tragen Sie ihn nach/)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Zweck ändern' }))
    const dialog = within(screen.getByRole('dialog'))
    await user.click(dialog.getByRole('button', { name: 'Speichern' }))
    expect(sent()).toEqual([])
    await user.type(dialog.getByRole('textbox', { name: 'Zweck' }), 'Neu')
    await user.click(dialog.getByRole('button', { name: 'Speichern' }))
    await waitFor(() => expect(changed).toHaveLength(1))
    expect(gateway.seen.at(-1)).toMatchObject({ method: 'PATCH', path: '/api/v1/knowledge-bases/kb' })
    expect(sent()).toEqual([{ purpose: 'Neu', uses: null }])
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('keeps what is bound to other uses out of the choice, with the reason', async () => {
    const user = userEvent.setup()
    const Choice = () => <KnowledgeButton choice={useKnowledgeChoice(null, false)} />
    inSession(<Choice />)
    await user.click(await screen.findByRole('button', { name: 'Wissen: Wohngeld' }))
    const boxes = within(screen.getByRole('dialog')).getAllByRole('checkbox') as HTMLInputElement[]
    expect(boxes.map((box) => [box.checked, box.disabled])).toEqual([[true, false], [false, true]])
    expect(boxes[1]?.labels?.[0]?.textContent).toContain('Für diese Funktion nicht zugelassen. Zweck: Personalsachen')
  })

  it('keeps them out of the forms of modules, and a chosen one can be taken back', async () => {
    const schema = { type: 'object', properties: { knowledge_bases: { type: 'array', items: { type: 'string' }, 'x-widget': 'knowledge-bases', 'x-labels': { de: 'Wissensbasen', en: '' } } } }
    inSession(<SchemaForm schema={schema as never} use="ask-documents" start={{ knowledge_bases: ['zu'] }} onSubmit={() => undefined}><p /></SchemaForm>)
    const box = (await screen.findByRole('checkbox', { name: /Personalakten/ })) as HTMLInputElement
    expect([box.checked, box.disabled]).toEqual([true, false])
    await userEvent.click(box)
    expect([box.checked, box.disabled]).toEqual([false, true])
  })

  it('says instead of a search form that the search is not allowed', async () => {
    inSession(<><KnowledgeSearch base={base({ uses: ['chat'] })} /><IncomingShares onChange={() => undefined} /></>)
    expect(await screen.findByText(/lässt die Suche auf dieser Seite nicht zu/)).toBeTruthy()
    expect(screen.queryByRole('search')).toBeNull()
    // Whoever is offered one reads the purpose before the answer.
    expect(await screen.findByText('Zweck: Nur Statistik')).toBeTruthy()
    expect(screen.getByText('Verwendet werden darf sie für: Dokumente befragen, Suche auf der Seite „Wissen“')).toBeTruthy()
  })

  it('knows what is allowed, in both languages', () => {
    const i18n = makeI18n('en')
    expect([allowsUse(base(), 'chat'), allowsUse(BOUND, 'chat'), allowsUse(BOUND, 'search')]).toEqual([true, false, true])
    expect(offeredUses(MODULES, ['weg'])).toEqual(['chat', 'ask-documents', 'search', 'weg'])
    expect(nameOfUse('search', MODULES, i18n)).toBe('Search on the page “Knowledge”')
    expect(whyClosed(base({ uses: ['chat'], purpose: null }), 'draft', i18n)).toBe('The purpose does not allow this function.')
  })
})
