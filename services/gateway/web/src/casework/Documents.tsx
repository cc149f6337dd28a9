// SPDX-License-Identifier: EUPL-1.2
import type { CheckedDocument } from '../api/caseVersions'
import { useI18n, type Key } from '../i18n'
import { de } from '../i18n/de'
import { Badge } from '../kern/Badge'
import { Note } from '../kern/Note'

/** Everything that came in and what it was taken for: also what nobody can read, and what no requirement uses. */
export function Documents({ documents }: { documents: readonly CheckedDocument[] }) {
  const { t } = useI18n()
  if (documents.length === 0) return null
  return (
    <section className="work-group" aria-labelledby="work-documents">
      <h3 id="work-documents">{t('work.documents', { count: documents.length })}</h3>
      <ul className="work-tasks">
        {documents.map((one, index) => (
          <li key={`${one.file}${index}`} className="work-task">
            <div className="work-task-head"><h4>{one.title ?? t('work.documents.other')}</h4>{!one.readable && <Badge kind="warning" label={t(one.unreadable_reason === 'nicht-pruefbar' ? 'work.documents.closed' : 'work.documents.unreadable')} />}</div>
            <p className="hint">{[t('work.documents.file', { name: one.file, pages: (one.pages ?? [1]).join(', ') }), ...(one.names?.length ? [t('work.documents.names', { names: one.names.join(', ') })] : []), ...(one.duplicate_of ? [t('work.documents.duplicate', { name: one.duplicate_of })] : [])].join(' · ')}</p>
            {(one.notices ?? []).map((code) => <Note key={code} kind="warning">{notice(code, t)}</Note>)}
          </li>
        ))}
      </ul>
    </section>
  )
}

function notice(code: string, t: (key: Key, params?: Record<string, string>) => string): string {
  const key = `work.notice.${code}`
  return key in de ? t(key as Key) : t('work.notice.other', { code })
}
