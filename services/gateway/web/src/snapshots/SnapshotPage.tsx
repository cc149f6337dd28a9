// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useState } from 'react'
import { ApiError } from '../api/client'
import { endSnapshot, fetchSnapshot, type SnapshotContent } from '../api/snapshots'
import { CasePicker, useKeptCase } from '../cases/CaseGate'
import { ActingCase, useCases } from '../cases/CasesContext'
import { announcer } from '../chat/announcer'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { ConfirmDialog } from '../kern/ConfirmDialog'
import { Note } from '../kern/Note'
import { ProtectionBadge } from '../protection/ProtectionBadge'
import { focusMain, Link, navigate } from '../router'
import { SourcePanel } from '../sources/SourcePanel'
import { useSources } from '../sources/useSources'
import { useLoad } from '../useLoad'
import { useTitle } from '../useTitle'
import { SharedAnswer, SharedQuestion } from './SharedMessage'
import { about } from './ShareList'

/** A shared conversation to read: no composer, no branches, sources as far as the reader may open them. */
export function SnapshotPage({ id }: { id: string }) {
  const { t } = useI18n()
  const { required } = useCases()
  const [chosen, choose] = useKeptCase(`shared.${id}`)
  if (!required || chosen !== null) return <ActingCase value={chosen}><Snapshot key={chosen} id={id} acting={chosen} /></ActingCase>
  return (
    <div className="page"><div className="column">
      <h1>{t('shared.title')}</h1>
      <CasePicker chosen={null} onChoose={choose} hint={t('case.shared.hint')} />
      <p><Link to="/shared" className="kern-link">{t('snapshot.back')}</Link></p>
    </div></div>
  )
}

function Snapshot({ id, acting }: { id: string; acting: string | null }) {
  const { t } = useI18n()
  const loading = useLoad(useCallback(() => fetchSnapshot(id, acting), [id, acting]))
  useTitle(loading.data?.title ?? t('shared.title'))
  if (loading.data) return <Content snapshot={loading.data} />
  const gone = loading.error instanceof ApiError && loading.error.status === 404
  return (
    <div className="page"><div className="column">
      <h1>{gone ? t('snapshot.gone') : t('shared.title')}</h1>
      {loading.error === null && <p role="status">{t('app.loading')}</p>}
      {loading.error !== null && !gone && <ErrorNote error={loading.error} actions={<Button variant="secondary" icon="regenerate" label={t('app.retry')} onClick={loading.reload} />} />}
      <p><Link to="/shared" className="kern-link">{t('snapshot.back')}</Link></p>
    </div></div>
  )
}

function Content({ snapshot }: { snapshot: SnapshotContent }) {
  const i18n = useI18n()
  const { t } = i18n
  const sources = useSources()
  const [ending, setEnding] = useState(false)
  const title = snapshot.title || t('chat.untitled')
  // The heading that had the focus while this was loading is gone.
  useEffect(() => {
    if (document.activeElement === document.body) focusMain()
  }, [])
  return (
    <div className={`split${sources.open ? ' with-sources' : ''}`}>
      <div className="chat"><div className="thread-frame">
        {/* It scrolls, so it must be reachable by keyboard. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className="thread" tabIndex={0} role="region" aria-label={t('snapshot.region')}>
          <div className="column">
            <header className="thread-head">
              <h1>{title}</h1>
              <p className="hint">{about(snapshot, i18n)}</p>
              <ProtectionBadge value={snapshot.protection_class} />
            </header>
            <Note kind="info" actions={snapshot.own && <Button variant="secondary" label={t('shared.end')} aria-haspopup="dialog" onClick={() => setEnding(true)} />}>{t('snapshot.note')} <span lang="de">{snapshot.ai_note}</span></Note>
            {snapshot.items.map((message, index) => {
              const key = `s${index}`
              return message.role === 'user' ? <SharedQuestion key={key} id={key} message={message} by={snapshot.shared_by} /> : <SharedAnswer key={key} id={key} message={message} sources={sources} />
            })}
            <p><Link to="/shared" className="kern-link">{t('snapshot.back')}</Link></p>
          </div>
        </div>
      </div></div>
      {sources.open && <SourcePanel key={sources.open.key} citations={sources.open.citations} active={sources.open.active} onChoose={sources.choose} onClose={sources.close} />}
      {ending && <ConfirmDialog title={t('shared.end.title')} text={t('shared.end.text', { title })} confirm={t('shared.end')} onClose={() => setEnding(false)} act={() => endSnapshot(snapshot.id)} onDone={() => {
        announcer.status(t('shared.ended'))
        navigate('/shared')
      }} />}
    </div>
  )
}
