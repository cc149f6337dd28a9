// SPDX-License-Identifier: EUPL-1.2
import type { Mode } from '../api/types'
import { useI18n, type I18n } from '../i18n'

export type Origin = { mode: Mode | null; model: string | null; at: string | null }

/** Where an answer comes from, in one line; goes with it when it is copied. */
export function aiNote({ mode, model, at }: Origin, { t, time: format }: I18n): string {
  const time = (iso: string | null) => (iso === null ? '' : format(iso))
  if (mode === 'extractive') return t('chat.ainote.extractive', { time: time(at) })
  if (mode === 'template') return t('chat.ainote.template', { time: time(at) })
  return t('chat.ainote', { model: model ?? t('chat.model.unknown'), time: time(at) })
}

export function AiNote({ origin }: { origin: Origin }) {
  return <p className="ai-note">{aiNote(origin, useI18n())}</p>
}
