// @vitest-environment node
// SPDX-License-Identifier: EUPL-1.2
import { afterEach, describe, expect, it } from 'vitest'
import { ChatStore, thread, type ChatHooks } from '../src/chat/store'
import type { Message } from '../src/api/types'
import { answer, frame, Gateway, json, RUN, type Wire } from './gateway'

const CONVERSATION = 'c0000000-0000-4000-8000-000000000001'
const TEXT = 'Zwölf Monate.'
const message = (id: string, parent: string | null, role: Message['role'], text: string, more: Partial<Message> = {}): Message => ({ id, parent, role, text, state: 'complete', created_at: '2026-11-25T10:00:00Z', citations: [], files: [], ...more })

type World = { messages: Message[]; leaf: string | null; active: string | null; events: Wire[]; refuse?: boolean }
let gateway: Gateway
afterEach(() => gateway.stop())

async function open(world: World, id: string | null, hooks: Partial<ChatHooks> = {}): Promise<{ store: ChatStore; ends: string[] }> {
  gateway = new Gateway((request, response) => {
    const path = request.url ?? ''
    if (path.includes('/messages')) return json(response, { items: world.messages })
    if (path.startsWith('/api/v1/conversations')) return json(response, { id: CONVERSATION, title: 'Titel', active_leaf: world.leaf, active_run: world.active, updated_at: '2026-11-25T10:00:00Z' })
    if (world.refuse) return json(response, { code: 'busy', detail: 'Bitte später.' }, 429)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of world.events) response.write(frame(event))
    response.end()
  })
  await gateway.start()
  const ends: string[] = []
  const store = new ChatStore(id, { locale: () => 'de', pace: () => 0, onStart: () => undefined, onEnd: (how) => ends.push(how), onConversation: () => undefined, onTouched: () => undefined, ...hooks })
  return { store, ends }
}
const shown = (store: ChatStore) => thread(store.snapshot()).map(({ role, text }) => `${role}: ${text}`)

describe('ChatStore', () => {
  it('starts a conversation, learns its id, and shows question and answer once', async () => {
    const world: World = { messages: [message('u1', null, 'user', 'Wie lange?'), message('a1', 'u1', 'assistant', TEXT)], leaf: 'a1', active: null, events: answer(TEXT, { conversation: CONVERSATION, user_message: 'u1', answer_message: 'a1' }) }
    const ids: string[] = []
    const { store, ends } = await open(world, null, { onConversation: (id) => ids.push(id) })
    await store.send({ text: 'Wie lange?', files: [], knowledgeBases: ['kb'] })
    expect(shown(store)).toEqual(['user: Wie lange?', `assistant: ${TEXT}`])
    expect([ids, ends, store.id]).toEqual([[CONVERSATION], ['done'], CONVERSATION])
    const post = JSON.parse(gateway.seen.find((seen) => seen.method === 'POST')?.body ?? '{}') as { input: unknown }
    expect(post.input).toEqual({ message: 'Wie lange?', knowledge_bases: ['kb'] })
  })

  it('resumes a running answer after a reload without doubling the stored half', async () => {
    const half = message('a1', 'u1', 'assistant', 'Zwölf ', { state: 'streaming', run: RUN })
    const world: World = { messages: [message('u1', null, 'user', 'Wie lange?'), half], leaf: 'a1', active: RUN, events: answer(TEXT, { conversation: CONVERSATION, user_message: 'u1', answer_message: 'a1' }) }
    const { store } = await open(world, CONVERSATION)
    const seen = new Set<string>()
    const finished = new Promise<void>((resolve) => {
      store.subscribe(() => {
        const state = store.snapshot()
        seen.add([...shown(store), state.live?.text ?? ''].join(' | '))
        if (state.live) world.active = null
        if (state.messages.some((one) => one.id === 'a1' && one.state === 'complete')) resolve()
      })
    })
    await store.load()
    await finished
    expect(shown(store)).toEqual(['user: Wie lange?', `assistant: ${TEXT}`])
    for (const view of seen) expect(view.match(/Zwölf/g)?.length ?? 0).toBeLessThanOrEqual(1)
  })

  it('takes a refused turn back, so that nothing unsent looks sent', async () => {
    const { store, ends } = await open({ messages: [], leaf: null, active: null, events: [], refuse: true }, null)
    await expect(store.send({ text: 'Frage', files: [] })).rejects.toMatchObject({ code: 'busy' })
    expect(shown(store)).toEqual([])
    expect(store.snapshot().sendError?.message).toBe('Bitte später.')
    expect(ends).toEqual(['failed'])
  })

  it('keeps what came before an error and says so', async () => {
    const events: Wire[] = [...answer(TEXT, { conversation: CONVERSATION, user_message: 'u1', answer_message: 'a1' }).slice(0, 3), { type: 'error', code: 'run_interrupted', detail: 'Unterbrochen.', retryable: true, seq: 9000, run: RUN }]
    const world: World = { messages: [message('u1', null, 'user', 'F'), message('a1', 'u1', 'assistant', 'Zwölf ', { state: 'failed' })], leaf: 'a1', active: null, events }
    const { store } = await open(world, null)
    await store.send({ text: 'F', files: [] })
    expect(shown(store)).toEqual(['user: F', 'assistant: Zwölf '])
    expect(store.snapshot().sendError?.message).toBe('Unterbrochen.')
  })

  it('edits in a new branch and switches back to the old one', async () => {
    const old = [message('u1', null, 'user', 'alt'), message('a1', 'u1', 'assistant', 'alte Antwort')]
    const world: World = { messages: old, leaf: 'a1', active: null, events: answer('neu', { conversation: CONVERSATION, user_message: 'u2', answer_message: 'a2' }) }
    const { store } = await open(world, CONVERSATION)
    await store.load()
    world.messages = [...old, message('u2', null, 'user', 'neue Frage'), message('a2', 'u2', 'assistant', 'neu')]
    world.leaf = 'a2'
    await store.edit(old[0]!, 'neue Frage')
    expect(shown(store)).toEqual(['user: neue Frage', 'assistant: neu'])
    const post = JSON.parse(gateway.seen.find((seen) => seen.method === 'POST')?.body ?? '{}') as { input: unknown }
    expect(post.input).toEqual({ message: 'neue Frage', conversation: CONVERSATION, parent: null })
    await store.choose('u1')
    expect(shown(store)).toEqual(['user: alt', 'assistant: alte Antwort'])
    expect(JSON.parse(gateway.seen.findLast((seen) => seen.method === 'PATCH')?.body ?? '{}')).toEqual({ active_leaf: 'a1' })
  })

  it('knows a conversation that is gone', async () => {
    gateway = new Gateway((_, response) => json(response, { code: 'not_found' }, 404))
    await gateway.start()
    const store = new ChatStore(CONVERSATION, { locale: () => 'de', pace: () => 0, onStart: () => undefined, onEnd: () => undefined, onConversation: () => undefined, onTouched: () => undefined })
    await store.load()
    expect(store.snapshot().loadError?.status).toBe(404)
  })
})
