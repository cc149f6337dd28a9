// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useState } from 'react'
import { closeCheck, exportOf, fetchCheck, type CheckWithItems, type Decision, type Item } from '../api/inspection'
import { announcer } from '../chat/announcer'
import { ApiError } from '../api/client'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { CopyButton } from '../kern/CopyButton'
import { Icon } from '../kern/Icon'
import { Loaded } from '../kern/Loaded'
import { Note } from '../kern/Note'
import { Link } from '../router'
import { useLoad } from '../useLoad'
import { CheckState, PeriodText } from './ChecksPart'
import { CloseDialog } from './CloseDialog'
import { ItemCard } from './ItemCard'

const AT_ONCE = 20

/** One sample: its retrievals with a form each, and its end. */
export function CheckPart({ id }: { id: string }) {
  const { t } = useI18n()
  const loading = useLoad(useCallback(() => fetchCheck(id), [id]))
  const gone = loading.error instanceof ApiError && loading.error.status === 404
  return (
    <>
      <p><Link to="/inspection" className="back-link"><Icon name="back" />{t('ins.back')}</Link></p>
      <h2 id="part-title">{t('ins.check')}</h2>
      {gone ? <p>{t('ins.gone')}</p> : <Loaded of={loading}>{(found) => <Sample check={found} set={loading.set} />}</Loaded>}
    </>
  )
}

/** How many have which decision, after one has changed. */
function counted(items: readonly Item[]): CheckWithItems['counts'] {
  const counts: CheckWithItems['counts'] = {}
  for (const { decision } of items) counts[decision] = (counts[decision] ?? 0) + 1
  return counts
}

function Sample({ check, set }: { check: CheckWithItems; set: (check: CheckWithItems) => void }) {
  const { t, time, number } = useI18n()
  const [closing, setClosing] = useState(false)
  const [onlyOpen, setOnlyOpen] = useState(false)
  const [most, setMost] = useState(AT_ONCE)
  /** Those that were open when one asked for the open ones: a decided one stays until one asks again. */
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const undecided = check.items.filter((item) => item.decision === 'offen' || item.decision === 'zu_klaeren')
  const shown = onlyOpen ? check.items.filter((item) => open.has(item.retrieval)) : check.items
  const decided = (retrieval: string, decision: Decision, reason: string) => {
    const items = check.items.map((item) => (item.retrieval === retrieval ? { ...item, decision, reason: reason || null, decided_at: new Date().toISOString() } : item))
    set({ ...check, items, counts: counted(items) })
    announcer.status(t('duty.saved'))
  }
  return (
    <>
      <dl className="check-facts">
        <div><dt>{t('ins.col.state')}</dt><dd><CheckState check={check} /></dd></div>
        <div><dt>{t('ins.col.period')}</dt><dd><PeriodText check={check} /></dd></div>
        <div><dt>{t('ins.col.size')}</dt><dd>{t('ins.of', { size: number(check.size), population: number(check.population) })}</dd></div>
        <div><dt>{t('ins.col.drawn')}</dt><dd>{time(check.at)}</dd></div>
        <div><dt>{t('ins.seed')}</dt><dd><code>{check.seed}</code></dd></div>
        {check.digest && <div><dt>{t('ins.digest')}</dt><dd><code>{check.digest}</code> <CopyButton text={() => check.digest ?? ''} /></dd></div>}
      </dl>
      {check.closed_at && <Note kind="success">{t('ins.closed.text')}</Note>}
      <div className="row">
        {!check.closed_at && <Button variant={undecided.length === 0 ? 'primary' : 'secondary'} icon="check" label={t('ins.close')} aria-haspopup="dialog" onClick={() => setClosing(true)} />}
        <a className="kern-btn kern-btn--secondary btn" href={exportOf(check.id, 'csv')} download><Icon name="document" /><span className="kern-label">{t('ins.export.csv')}</span></a>
        <a className="kern-btn kern-btn--secondary btn" href={exportOf(check.id, 'json')} download><Icon name="document" /><span className="kern-label">{t('ins.export.json')}</span></a>
      </div>
      {check.size === 0 && <p>{t('ins.empty')}</p>}
      {!check.closed_at && check.size > 1 && <Check label={t('ins.only_open')} checked={onlyOpen} onChange={(on) => {
        setOpen(new Set(undecided.map((item) => item.retrieval)))
        setOnlyOpen(on)
        setMost(AT_ONCE)
      }} />}
      <ol className="lots" aria-label={t('ins.items')}>
        {shown.slice(0, most).map((item) => <ItemCard key={item.retrieval} check={check.id} item={item} closed={check.closed_at !== null} onDecided={(decision, reason) => decided(item.retrieval, decision, reason)} />)}
      </ol>
      {onlyOpen && shown.length === 0 && <p>{t('ins.only_open.none')}</p>}
      {shown.length > most && <div className="row"><Button variant="secondary" label={t('duty.more')} onClick={() => setMost((old) => old + AT_ONCE)} /></div>}
      {closing && <CloseDialog undecided={undecided.length} act={() => closeCheck(check.id, undecided.length > 0)} onClose={() => setClosing(false)} onDone={(closed) => {
        setClosing(false)
        set(closed)
        announcer.status(t('ins.closed'))
      }} />}
    </>
  )
}
