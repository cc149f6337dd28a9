// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useMemo, useState } from 'react'
import { fetchAuthorities } from '../api/administration'
import { searchAudit, type AuditQuery, type AuditRecord } from '../api/audit'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { useLoad } from '../useLoad'
import { RecordTable } from './RecordTable'
import { SearchForm } from './SearchForm'

/** Search, and the records found, page by page. Nothing is asked before somebody searches: each search is recorded. */
export function TrailPart() {
  const { t, plural } = useI18n()
  const authorities = useLoad(fetchAuthorities)
  const [query, setQuery] = useState<AuditQuery | null>(null)
  const [records, setRecords] = useState<AuditRecord[] | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const names = useMemo(() => new Map((authorities.data ?? []).map((one) => [one.id, one.name])), [authorities.data])
  const ask = useCallback((wanted: AuditQuery, after?: string) => {
    setBusy(true)
    setError(null)
    setQuery(wanted)
    if (!after) setRecords(null)
    searchAudit(wanted, after).then((page) => {
      setRecords((old) => (after ? [...(old ?? []), ...page.items] : page.items))
      setNext(page.next)
    }, setError).finally(() => setBusy(false))
  }, [])
  return (
    <>
      <SearchForm authorities={authorities.data ?? []} onSearch={ask} busy={busy} />
      {error !== null && <ErrorNote error={error} />}
      <p role="status">{busy && !records ? t('app.loading') : records ? (records.length ? plural('aud.found', records.length) : t('aud.none')) : ''}</p>
      {records && records.length > 0 && <RecordTable records={records} nameOf={(id) => names.get(id) ?? id} />}
      {next && query && <div className="row"><Button variant="secondary" label={t('duty.more')} disabled={busy} onClick={() => ask(query, next)} /></div>}
    </>
  )
}
