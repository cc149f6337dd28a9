// SPDX-License-Identifier: EUPL-1.2
import { ApiError } from '../api/client'
import { changeConversation, fetchConversation, fetchMessages } from '../api/endpoints'
import { Follower } from '../api/follower'
import type { Live } from '../api/live'
import type { Conversation, Message } from '../api/types'
import { leafBelow, pathTo } from './tree'

export type ChatState = {
  conversation: Conversation | null
  messages: Message[]
  leaf: string | null
  /** Under the Steuergeheimnis: for which case this conversation retrieves; chosen before, or the conversation's own. */
  case: string | null
  /** The answer that is coming in, below `leaf`; null when none is. */
  live: Live | null
  loading: boolean
  /** Why the conversation could not be loaded, or the last turn not be started. */
  loadError: ApiError | null
  sendError: ApiError | null
}
export type Turn = { text: string; files: { id: string; name: string }[]; knowledgeBases?: string[]; protection?: string | undefined }
export type ChatHooks = {
  locale: () => string
  pace: () => number
  onStart: () => void
  onEnd: (how: 'done' | 'stopped' | 'failed', text: string) => void
  /** A new conversation got its id. */
  onConversation: (id: string, store: ChatStore) => void
  /** Something changed that the list of conversations shows. */
  onTouched: () => void
}

const LOCAL = 'local-'
const EMPTY: ChatState = { conversation: null, messages: [], leaf: null, case: null, live: null, loading: false, loadError: null, sendError: null }
const asApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError(0, { code: 'network' }))

/** One conversation: its messages, and the turn that is going on. Lives longer than the page that shows it. */
export class ChatStore {
  readonly key = crypto.randomUUID()
  private state = EMPTY
  private follower: Follower | null = null
  private readonly listeners = new Set<() => void>()

  constructor(public id: string | null, private readonly hooks: ChatHooks) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = (): ChatState => this.state

  get busy(): boolean {
    return this.state.live !== null
  }

  async load(): Promise<void> {
    if (this.id === null || this.busy || this.state.loading) return
    this.set({ loading: this.state.messages.length === 0, loadError: null })
    try {
      await this.refresh()
    } catch (error) {
      this.set({ loadError: asApiError(error) })
    }
    this.set({ loading: false })
    const run = this.state.conversation?.active_run
    if (run && !this.busy) void this.resume(run)
  }

  /** Sends a message. Resolves when the turn has ended; rejects when it could not be started (the text then is not lost). */
  async send(turn: Turn, parent: string | null | undefined = this.state.leaf): Promise<void> {
    const local: Message = {
      id: LOCAL + crypto.randomUUID(), parent: parent ?? null, role: 'user', text: turn.text, state: 'complete',
      created_at: new Date().toISOString(), files: turn.files,
    }
    const before = this.state
    this.set({ messages: [...before.messages, local], leaf: local.id })
    const input: Record<string, unknown> = { message: turn.text }
    if (this.id !== null) Object.assign(input, { conversation: this.id, parent: parent ?? null })
    if (turn.files.length > 0) input['files'] = turn.files.map((file) => file.id)
    if (turn.knowledgeBases) input['knowledge_bases'] = turn.knowledgeBases
    await this.turn(input, before, turn.protection)
  }

  edit(message: Message, text: string): Promise<void> {
    const files = (message.files ?? []).map((file) => (typeof file === 'string' ? { id: file, name: file } : file))
    return this.send({ text, files }, message.parent)
  }

  async regenerate(answer: Message): Promise<void> {
    if (answer.parent === null) return
    const before = this.state
    this.set({ leaf: answer.parent })
    await this.turn({ regenerate: answer.parent, conversation: this.id }, before)
  }

  stop(): void {
    this.follower?.stop()
  }

  /** Shows another version of a message, down to its newest leaf. */
  async choose(id: string): Promise<void> {
    const known = this.state.messages.some((message) => message.id === id)
    const leaf = known ? leafBelow(this.state.messages, id) : id
    if (known) this.set({ leaf })
    if (this.id === null) return
    try {
      const conversation = await changeConversation(this.id, { active_leaf: leaf })
      this.set({ conversation })
      if (!known) await this.refresh()
    } catch (error) {
      this.set({ sendError: asApiError(error) })
    }
  }

  /** Only as long as the conversation belongs to none. */
  chooseCase(id: string): void {
    if (!this.state.conversation?.case) this.set({ case: id, sendError: null })
  }

  rename(title: string): void {
    if (this.state.conversation) this.set({ conversation: { ...this.state.conversation, title } })
  }

  dismissError(): void {
    this.set({ sendError: null })
  }

  private async turn(input: Record<string, unknown>, before: ChatState, protection?: string): Promise<void> {
    const follower = this.begin()
    let live: Live
    try {
      live = await follower.follow({ start: { module: 'chat', input, locale: this.hooks.locale(), protection, case: this.state.case ?? undefined } })
    } catch (error) {
      this.follower = null
      const started = follower.live.run !== null
      this.set(started ? { live: null, sendError: asApiError(error) } : { ...before, live: null, sendError: asApiError(error) })
      this.hooks.onEnd('failed', '')
      throw error
    }
    await this.finish(live)
  }

  private async resume(run: string): Promise<void> {
    const follower = this.begin()
    try {
      await this.finish(await follower.follow({ run }))
    } catch (error) {
      this.follower = null
      this.set({ live: null, sendError: asApiError(error) })
      this.hooks.onEnd('failed', '')
    }
  }

  private begin(): Follower {
    this.follower = new Follower({ onChange: (live) => this.draw(live), pace: this.hooks.pace })
    this.set({ sendError: null })
    this.hooks.onStart()
    return this.follower
  }

  /** Takes over what `run.started` says about ids, then shows the answer so far. */
  private draw(live: Live): void {
    if (live.conversation && this.id === null) {
      this.id = live.conversation
      this.hooks.onConversation(live.conversation, this)
    }
    let { messages, leaf } = this.state
    if (live.userMessage) {
      const id = live.userMessage
      if (leaf?.startsWith(LOCAL)) messages = messages.map((message) => (message.id === leaf ? { ...message, id } : message))
      // The answer hangs below the question; a stored half of it gives way to the stream.
      leaf = id
    }
    this.set({ messages, leaf, live })
  }

  private async finish(live: Live): Promise<void> {
    this.follower = null
    const how = live.end ?? 'failed'
    const answer: Message = {
      id: live.answerMessage ?? LOCAL + crypto.randomUUID(), parent: this.state.leaf, role: 'assistant', text: live.text,
      citations: live.citations, unsupported: (live.result?.sentences ?? []).flatMap(({ text, missing = [] }) => (missing.length > 0 ? [{ text, missing }] : [])), mode: live.result?.mode ?? null, model: live.result?.model ?? null, run: live.run, case: this.state.case,
      state: how === 'done' ? 'complete' : how, created_at: new Date().toISOString(),
      ...(live.protection ? { protection_class: live.protection } : {}),
    }
    const others = this.state.messages.filter((message) => message.id !== answer.id)
    this.set({
      messages: [...others, answer], leaf: answer.id, live: null,
      sendError: live.error ? new ApiError(500, { code: live.error.code, detail: live.error.detail }) : null,
    })
    this.hooks.onEnd(how, live.text)
    this.hooks.onTouched()
    try {
      await this.refresh()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // What we have is right; only model name and times are missing until the next load.
    }
  }

  private async refresh(): Promise<void> {
    if (this.id === null) return
    const [conversation, messages] = await Promise.all([fetchConversation(this.id), fetchMessages(this.id)])
    if (this.busy) return
    const leaf = conversation.active_leaf ?? messages.at(-1)?.id ?? null
    this.set({ conversation, messages, leaf, case: conversation.case ?? this.state.case })
  }

  private set(part: Partial<ChatState>): void {
    this.state = { ...this.state, ...part }
    for (const listener of this.listeners) listener()
  }
}

/** Question and answers as shown: the path to the leaf, without the stored half of an answer that is streaming in. */
export function thread(state: ChatState): Message[] {
  const path = pathTo(state.messages, state.leaf)
  if (!state.live) return path
  return path.filter((message) => !(message.role === 'assistant' && (message.id === state.live?.answerMessage || message.state === 'streaming')))
}
