// SPDX-License-Identifier: EUPL-1.2
import { useState, type FormEvent } from 'react'
import { className, named } from '../administration/names'
import { fetchLog, KINDS, OUTCOMES, type Entry, type LogQuery } from '../api/inspection'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Choice } from '../kern/Choice'
import { Note } from '../kern/Note'
import { TextInput } from '../kern/TextInput'
import { CLASSES } from '../protection/classes'
import { boundsOf, recent } from './period'

type Narrow = { kind: string; outcome: string; category: string }
type OfCase = { id: string; reference: string }

/** The log of a period, page by page. Nothing is read before somebody asks: each reading is recorded. */
export function LogPart() {
  const { t, plural } = useI18n()
  const [period, setPeriod] = useState(() => recent(new Date()))
  const [narrow, setNarrow] = useState<Narrow>({ kind: '', outcome: '', category: '' })
  const [ofCase, setOfCase] = useState<OfCase | null>(null)
  const [asked, setAsked] = useState<LogQuery | null>(null)
  const [entries, setEntries] = useState<Entry[] | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const read = (query: LogQuery, after?: string) => {
    setBusy(true)
    setError(null)
    setAsked(query)
    if (!after) setEntries(null)
    fetchLog(query, after).then((page) => {
      setEntries((old) => (after ? [...(old ?? []), ...page.items] : page.items))
      setNext(page.next)
    }, setError).finally(() => setBusy(false))
  }
  const ask = (only: OfCase | null) => {
    const bounds = boundsOf(period)
    setWrong(!bounds)
    setOfCase(only)
    if (bounds) read({ ...bounds, ...Object.fromEntries(Object.entries(narrow).filter(([, value]) => value)), ...(only ? { case: only.id } : {}) })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask(ofCase)
  }
  const choose = (name: keyof Narrow) => (value: string) => setNarrow((old) => ({ ...old, [name]: value }))
  return (
    <>
      <p className="hint">{t('ins.log.text')}</p>
      <search aria-label={t('ins.log')}>
        <form className="form" noValidate onSubmit={submit}>
          <div className="fields">
            <TextInput type="date" label={t('aud.since')} value={period.since} error={wrong ? t('ins.period.wrong') : undefined} onChange={(since) => setPeriod((old) => ({ ...old, since }))} />
            <TextInput type="date" label={t('aud.until')} value={period.until} onChange={(until) => setPeriod((old) => ({ ...old, until }))} />
            <Choice label={t('ins.entry.kind')} value={narrow.kind} onChange={choose('kind')} options={[['', t('ins.any')], ...KINDS.map((kind) => [kind, t(`ins.kind.${kind}`)] as const)]} />
            <Choice label={t('ins.entry.outcome')} value={narrow.outcome} onChange={choose('outcome')} options={[['', t('ins.any')], ...OUTCOMES.map((outcome) => [outcome, t(`ins.outcome.${outcome}`)] as const)]} />
            <Choice label={t('ins.entry.class')} value={narrow.category} onChange={choose('category')} options={[['', t('ins.any')], ...CLASSES.map((one) => [one, className(one, t)] as const)]} />
          </div>
          {ofCase && <Note kind="info" actions={<Button variant="secondary" icon="close" label={t('ins.case.all')} onClick={() => ask(null)} />}>{t('ins.case.only', { reference: ofCase.reference })}</Note>}
          <div className="row"><Button type="submit" variant="primary" icon="search" label={t('ins.log.go')} disabled={busy} /></div>
        </form>
      </search>
      {error !== null && <ErrorNote error={error} />}
      <p role="status">{busy && !entries ? t('app.loading') : entries ? (entries.length ? plural('ins.log.found', entries.length) : t('ins.log.none')) : ''}</p>
      {entries && entries.length > 0 && <EntryTable entries={entries} onCase={ask} />}
      {next && asked && <div className="row"><Button variant="secondary" label={t('duty.more')} disabled={busy} onClick={() => read(asked, next)} /></div>}
    </>
  )
}

function EntryTable({ entries, onCase }: { entries: readonly Entry[]; onCase: (only: OfCase) => void }) {
  const { t, time, number } = useI18n()
  return (
    <table className="docs records">
      <thead><tr><th scope="col">{t('ins.col.at')}</th><th scope="col">{t('ins.entry.user')}</th><th scope="col">{t('ins.entry.case')}</th><th scope="col">{t('ins.entry.kind')}</th><th scope="col">{t('ins.entry.outcome')}</th></tr></thead>
      <tbody>{entries.map((entry) => (
        <tr key={entry.id}>
          <th scope="row">{time(entry.at)}</th>
          <td data-label={t('ins.entry.user')}>{entry.login}{entry.application && <span className="hint">{t('ins.entry.application')}</span>}</td>
          <td data-label={t('ins.entry.case')}>{entry.case && entry.reference
            ? <Button variant="tertiary" className="entry-case" label={entry.reference} title={t('ins.case.narrow')} aria-label={t('ins.case.narrow.which', { reference: entry.reference })} onClick={() => onCase({ id: entry.case ?? '', reference: entry.reference ?? '' })} />
            : t(entry.case ? 'ins.entry.foreign' : 'ins.entry.nocase')}</td>
          <td data-label={t('ins.entry.kind')}>{named('ins.kind', entry.kind, t)}<span className="hint">{[entry.category && className(entry.category, t), entry.hits !== null && t('ins.entry.hits', { count: number(entry.hits) })].filter(Boolean).join(' · ')}</span></td>
          <td data-label={t('ins.entry.outcome')}>{named('ins.outcome', entry.outcome, t)}</td>
        </tr>
      ))}</tbody>
    </table>
  )
}
