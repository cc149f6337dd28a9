// SPDX-License-Identifier: EUPL-1.2
import type { Citation, Phase, RunError, RunEvent, TextResult } from './types'

/** A run as it comes in. The same for a chat answer and a module's result. */
export type Live = {
  run: string | null
  conversation: string | null
  userMessage: string | null
  answerMessage: string | null
  protection: string | null
  text: string
  citations: Citation[]
  phase: Phase | 'start'
  position: number | null
  /** What is searched for, where the question was made whole from the conversation. */
  question: string | null
  warnings: { code: string; detail: string }[]
  connected: boolean
  stopping: boolean
  end: 'done' | 'stopped' | 'failed' | null
  result: TextResult | null
  error: RunError | null
}

export const freshLive = (run: string | null = null): Live => ({
  run, conversation: null, userMessage: null, answerMessage: null, protection: null, text: '', citations: [], phase: 'start', position: null, question: null,
  warnings: [], connected: true, stopping: false, end: null, result: null, error: null,
})

export function reduceLive(live: Live, event: RunEvent): Live {
  const next = { ...live, run: event.run ?? live.run }
  switch (event.type) {
    case 'run.started':
      return { ...next, conversation: event.conversation ?? null, userMessage: event.user_message ?? null, answerMessage: event.answer_message ?? null, protection: event.protection_class ?? null }
    case 'status':
      return { ...next, phase: event.phase, position: event.position ?? null, question: event.detail ?? null }
    case 'text.delta':
      return { ...next, phase: 'generating', text: live.text + event.text }
    case 'citation': {
      const { type: _type, run: _run, seq: _seq, ...citation } = event
      return { ...next, citations: [...live.citations.filter((known) => known.number !== citation.number), citation as Citation] }
    }
    case 'warning':
      return { ...next, warnings: [...live.warnings, { code: event.code, detail: event.detail }] }
    case 'done':
      return {
        ...next,
        end: 'done',
        result: event.result,
        text: event.result.text ?? event.result.answer ?? live.text,
        citations: event.result.citations ?? live.citations,
      }
    case 'cancelled':
      return { ...next, end: 'stopped' }
    case 'error':
      return { ...next, end: 'failed', error: { code: event.code, detail: event.detail, retryable: event.retryable ?? false } }
    default:
      return next
  }
}
