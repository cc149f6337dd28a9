// SPDX-License-Identifier: EUPL-1.2
import type { ReactNode } from 'react'
import { ApiError } from './api/client'
import { useI18n, type Key } from './i18n'
import { Note } from './kern/Note'

const BY_STATUS: Record<number, Key> = { 0: 'error.network', 403: 'error.forbidden', 404: 'error.notfound', 413: 'error.toolarge', 429: 'error.limit' }

/** What to tell about a failure: the server's own sentence, else one of ours. */
export function errorText(error: unknown, t: (key: Key) => string): string {
  if (!(error instanceof ApiError)) return t('error.server')
  if (error.problem.detail) return error.problem.detail
  return t(BY_STATUS[error.status] ?? (error.status >= 500 ? 'error.server' : 'error.request'))
}

export function ErrorNote({ error, actions }: { error: unknown; actions?: ReactNode }) {
  const { t } = useI18n()
  const id = error instanceof ApiError ? error.problem.request_id : undefined
  return (
    <Note kind="danger" alert actions={actions}>
      {errorText(error, t)}{id && <span className="hint error-id">{t('error.id', { id })}</span>}
    </Note>
  )
}
