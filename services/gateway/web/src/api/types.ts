// SPDX-License-Identifier: EUPL-1.2
import type { Provenance } from './cards'
import type { Processing } from './processing'
import type { Limits } from './limits'

/** Shapes of the public API (api.md, OpenAPI document) as far as the UI reads them. Unknown fields are ignored. */
export type Locale = 'de' | 'en'
export type Label = { de: string; en: string }
export type Mode = 'generative' | 'extractive' | 'template'

/** When the session ends, by the server's clock; `now` is what that clock said. */
export type SessionTimes = { idle_ends_at: string; ends_at: string; now: string }
/** The same by this browser's clock, in ms since 1970. */
export type SessionEnds = { idle: number; absolute: number }

export type Authority = { id: string; name: string; short?: string }
export type Me = {
  id?: string
  name?: string
  username?: string
  authority: Authority | null
  authorities?: Authority[]
  units?: { id: string; name: string }[]
  /** The highest that the person may see. */
  protection_class?: string
  /** Under the Steuergeheimnis: a retrieval names a case. */
  case_required?: boolean
  /** Whether originals and the own copy may be downloaded. */
  exports?: boolean
  roles: string[]
  rights?: string[]
  /** `accepted_at` null: the person is still to be asked. */
  terms?: { version: string; accepted_at: string | null }
  session?: SessionTimes | null
  ends?: SessionEnds | null
  limits?: { message_characters?: number; file_bytes?: number; files?: number } & Limits
}

/** One kind of data about the person: how much there is, how long it is kept and why. Texts are the server's, in German. */
export type KeptKind = { kind: string; title: string; days: number | null; since: string; purpose: string; basis: string; recipients: string; counts: Record<string, number> }
export type OwnData = { items: KeptKind[]; held: boolean; confirmation: { token: string; expires_at: string } }
export type SignedReceipt = { receipt: Record<string, unknown>; signatures: { key: string; signature: string }[] }

export type JsonSchema = {
  type?: string
  title?: string
  description?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  enum?: (string | number)[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  default?: unknown
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  'x-widget'?: string
  'x-part'?: Label
  'x-labels'?: Label
  'x-help'?: Label
  'x-enum-labels'?: Record<string, Label>
  'x-message'?: Label & { pointer: string }
}

export type Manifest = Provenance & {
  id: string
  version: string
  title: Label
  description: Label
  input_schema: JsonSchema
  result_schema: JsonSchema
  needs: 'generative' | 'optional' | 'none'
  protection_classes?: string[]
  scopes?: string[]
  mode: Mode
  human_step?: Label | null
  limits?: { tokens: number; seconds: number; bytes: number }
  icon?: string
}

export type Reason = { code: string; detail: string }
export type DocumentStateName = 'queued' | 'parsing' | 'indexing' | 'ready' | 'failed'
/** What holds instead; without a name where the reader's class doesn't reach it. */
export type Successor = { document: string; name?: string | null; title?: string | null; created_at: string }
export type DocumentState = {
  processing?: Processing | null
  media_type?: string | null
  /** Name or title does not open: the name is empty then, or the title null. */
  unreadable?: boolean
  /** What it supersedes once it is ready. */
  replaces?: string | null
  superseded?: boolean; superseded_by?: Successor | null; quarantined_at?: string | null
  id: string
  name: string
  state: DocumentStateName
  reason?: Reason | null
  /** It has failed, and its file is kept: it can be read once more. */
  retryable?: boolean
  pages?: number | null
  size: number
  title?: string | null
  as_of?: string | null
  progress?: number | null; working?: { what: 'pages' | 'scans' | 'chunks'; done: number; total: number } | null
  warnings?: Reason[]
  protection_class?: string
  created_at: string
}

export type Hit = {
  document: string
  title: string
  version: string
  text: string
  score: number
  page?: number | null
  char_from: number
  char_to: number
  section_path?: string[]
  as_of?: string | null
  source_id?: string | null
  knowledge_base?: string | null
  file?: string | null
  protection_class?: string
  /** Its document had text that people do not see; it is left out. */
  hidden_text?: boolean
  passages?: { char_from: number; char_to: number; score: number; page?: number | null }[]
}
export type Citation = Hit & { number: number; quote: string }

/** What a preview opens: a hit, or a citation with its verbatim quote. */
export type Shown = Hit & { quote?: string }

export type MessageState = 'streaming' | 'complete' | 'stopped' | 'failed'
export type Message = {
  id: string
  parent: string | null
  role: 'user' | 'assistant'
  text: string
  citations?: Citation[]
  /** Sentences with what no source of theirs holds. */
  unsupported?: { text: string; missing: string[] }[]
  mode?: Mode | null
  model?: string | null
  run?: string | null
  /** For which case the answer's run retrieved. */
  case?: string | null
  state: MessageState
  siblings?: string[] | number | null
  created_at: string
  files?: (string | { id: string; name: string })[]
  protection_class?: string
  /** What is stored does not open: there is no text and no source. */
  unreadable?: boolean
}
export type Conversation = {
  id: string
  title: string | null
  /** The title (or folder) is null because it does not open. */
  unreadable?: boolean
  active_leaf?: string | null
  active_run?: string | null
  pinned?: boolean
  updated_at: string
  retention_until?: string | null
  case?: string | null
  knowledge_bases?: string[]
  protection_class?: string
}

export type KnowledgeBase = {
  id: string
  name: string
  owner?: 'person' | 'unit' | 'authority' | 'tenant' | { kind: string; name?: string }
  /** read, write, manage */
  rights?: string[]
  writable?: boolean
  documents?: number | null
  ready?: number | null
  failed?: number | null
  protection_class?: string
  /** What it is there for; null where nobody has stated it yet. */
  purpose?: string | null
  /** Modules by id and `search` that may read it; null = all of them. */
  uses?: string[] | null
  /** It belongs to that other authority. */
  shared_by?: Authority | null
}

export type Phase = 'queued' | 'parsing' | 'searching' | 'generating' | 'checking' | 'rendering'
export type RunError = { code: string; detail: string; retryable?: boolean }
/** `missing`: the numbers, dates and the like of the sentence that no source of it holds. */
export type Sentence = { text: string; supported: boolean; citations: number[]; missing?: string[] }
export type TextResult = {
  text?: string
  answer?: string
  found?: boolean
  sentences?: Sentence[]
  citations?: Citation[]
  mode?: Mode
  model?: string | null
}
export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
export type Run = {
  id: string
  module: string
  state: RunState
  mode?: Mode | null
  result?: TextResult | null
  error?: RunError | null
  warnings?: { code: string; detail: string }[]
  protection_class?: string
  conversation?: string | null
  case?: string | null
  created_at: string
  finished_at?: string | null
}

type Seq = { run: string; seq: number }
export type RunEvent = Seq & (
  | { type: 'run.started'; conversation?: string; user_message?: string; answer_message?: string; protection_class?: string }
  | { type: 'status'; phase: Phase; position?: number; detail?: string }
  | { type: 'text.delta'; text: string }
  | ({ type: 'citation' } & Citation)
  | { type: 'partial'; path: string; value: unknown }
  | { type: 'item'; index: number; state: string; value?: unknown; error?: RunError }
  | { type: 'warning'; code: string; detail: string }
  | { type: 'usage'; input_tokens: number; output_tokens: number }
  | { type: 'done'; result: TextResult; usage?: { input_tokens: number; output_tokens: number } }
  | { type: 'cancelled' }
  | ({ type: 'error' } & RunError)
)

export type Problem = {
  title?: string
  status?: number
  detail?: string
  code?: string
  retryable?: boolean
  errors?: { pointer: string; detail: string }[]
  request_id?: string
}
