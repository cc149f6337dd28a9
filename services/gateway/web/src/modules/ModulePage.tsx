// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { CaseDialog } from '../cases/CaseDialog'
import { CasePicker, useKeptCase } from '../cases/CaseGate'
import { ActingCase, useCases } from '../cases/CasesContext'
import { isAboutCase, mayRead, readsSources } from '../cases/sources'
import { ErrorNote } from '../errors'
import { SchemaForm } from '../forms/SchemaForm'
import type { Values } from '../forms/schema'
import { readDraft, useDraftKey, writeDraft } from '../drafts'
import { NotFound } from '../help/NotFound'
import { useI18n, type Key } from '../i18n'
import { de } from '../i18n/de'
import { Button } from '../kern/Button'
import { Note } from '../kern/Note'
import { useSession } from '../session'
import { SourcePanel } from '../sources/SourcePanel'
import { useSources } from '../sources/useSources'
import { useTitle } from '../useTitle'
import { AboutModule } from './AboutModule'
import { RunResult } from './RunResult'
import { useRun } from './useRun'
import type { Manifest } from '../api/types'

function savedForm(key: string): Values {
  try {
    return JSON.parse(readDraft(key) || '{}') as Values
  } catch {
    return {}
  }
}

export function ModulePage({ id }: { id: string }) {
  const { modules } = useSession()
  const module = modules.find((one) => one.id === id)
  return module ? <Module module={module} /> : <NotFound text="module.unknown" />
}

function Module({ module }: { module: Manifest }) {
  const { t, label } = useI18n()
  const sources = useSources()
  const { live, error, at, acting, start, stop, busy } = useRun(module.id)
  const { required } = useCases()
  const [chosen, choose] = useKeptCase(module.id)
  /** The values that wait for a case. */
  const [asking, setAsking] = useState<Values | null>(null)
  const key = useDraftKey(`form.${module.id}`)
  const [saved] = useState(() => savedForm(key))
  const title = label(module.title, module.id)
  useTitle(title)
  useEffect(() => {
    if (!busy) return undefined
    const escape = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !document.querySelector('dialog[open]')) stop()
    }
    document.addEventListener('keydown', escape)
    return () => document.removeEventListener('keydown', escape)
  }, [busy, stop])
  const how = `module.how.${module.id}`
  const howKey: Key = how in de ? (how as Key) : 'module.how.other'
  const aboutCase = isAboutCase(error)
  const fieldErrors = aboutCase ? undefined : error?.problem.errors
  const submit = (values: Values) => (required && chosen === null && readsSources(module, values) ? setAsking(values) : void start(values, chosen))
  return (
    <div className={`split${sources.open ? ' with-sources' : ''}`}>
      <div className="page"><div className="column">
        <h1>{title}</h1>
        <p className="lead">{label(module.description)}</p>
        <Note kind="info">
          {module.needs === 'none' ? t('module.rules', { how: t(howKey) }) : module.mode === 'generative' ? t('module.ai') : t('module.ai.off', { how: t(howKey) })}
          {module.human_step && <> {label(module.human_step)}</>}
        </Note>
        {module.external && <Note kind="warning">{t('about.external')}</Note>}
        {required && mayRead(module) && <CasePicker chosen={chosen} onChoose={choose} hint={t('case.form.hint')} />}
        <SchemaForm schema={module.input_schema} use={module.id} start={saved} serverErrors={fieldErrors} onValues={(values) => writeDraft(key, JSON.stringify({ ...values, files: undefined }))} onSubmit={submit}>
          {error && error.status !== 401 && !fieldErrors?.length && <ErrorNote error={error} />}
          <div className="row">
            <Button type="submit" variant="primary" className="send" label={live && !busy ? t('form.again') : t('form.start')} aria-disabled={busy || undefined} disabled={busy} />
            {busy && <Button variant="secondary" className="send" icon="stop" label={t('module.stop')} title={t('chat.stop.hint')} disabled={live?.stopping} onClick={stop} />}
          </div>
        </SchemaForm>
        {live && <ActingCase value={acting}><RunResult module={module} live={live} at={at} sources={sources} /></ActingCase>}
        <AboutModule module={module} />
      </div></div>
      {sources.open && <ActingCase value={acting}><SourcePanel key={sources.open.key} citations={sources.open.citations} active={sources.open.active} onChoose={sources.choose} onClose={sources.close} /></ActingCase>}
      {asking && (
        <CaseDialog chosen={null} why={t('case.choose.run')} onClose={() => setAsking(null)} onChoose={(id) => {
          choose(id)
          setAsking(null)
          void start(asking, id)
        }} />
      )}
    </div>
  )
}
