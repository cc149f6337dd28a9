// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useMemo, useRef } from 'react'
import type { Live } from '../api/live'
import type { Manifest } from '../api/types'
import { useDraftKey } from '../drafts'
import { AiNote, aiNote } from '../chat/AiNote'
import { PhaseLine } from '../chat/PhaseLine'
import { CaseLine } from '../cases/CaseLine'
import { useActingCase } from '../cases/CasesContext'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { CopyButton } from '../kern/CopyButton'
import { Note } from '../kern/Note'
import { Cites } from '../markdown/CiteButton'
import { Markdown } from '../markdown/Markdown'
import { plainText } from '../markdown/plain'
import { copyLine } from '../protection/classes'
import { ProtectionNote } from '../protection/ProtectionBadge'
import { useSettings } from '../settings/SettingsContext'
import { CitationRow } from '../sources/CitationRow'
import { citeContext } from '../sources/cite'
import type { Sources } from '../sources/useSources'
import { CheckedApplication } from './CheckedApplication'
import { EditableText } from './EditableText'
import { ExportButtons } from './ExportButtons'
import { ExtractedFields } from './ExtractedFields'
import { Gaps } from './Gaps'
import { LanguageCheck } from './LanguageCheck'
import { NothingFound } from './NothingFound'
import { isCheckedApplication, isExtracted, isSimplified } from './results'
import { Sentences } from './Sentences'

type Props = { module: Manifest; live: Live; at: string | null; sources: Sources }

/** What a module gives back, while it comes in and afterwards: by what the result has, not by which module it is. */
export function RunResult({ module, live, at, sources }: Props) {
  const i18n = useI18n()
  const { t } = i18n
  const { settings } = useSettings()
  const box = useRef<HTMLElement>(null)
  const acting = useActingCase()
  const key = live.run ?? 'live'
  const draft = useDraftKey(`text.${key}`)
  const cites = useMemo(() => citeContext(key, live.citations, sources), [key, live.citations, sources])
  // The focus stays at the button; only the view moves, so that one sees where the result comes.
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'start' })
  }, [live.run, live.end])
  const { result, end } = live
  const missing = result?.found === false
  const origin = { mode: result?.mode ?? module.mode, model: result?.model ?? null, at }
  return (
    <section ref={box} className="result" aria-labelledby="result-title" aria-busy={end === null || undefined} data-ai-generated="true" data-ai-mode={origin.mode}>
      <div className="result-head">
        <h2 id="result-title">{t('module.result')}</h2>
        {end === 'stopped' && <Badge kind="warning" icon="stop" label={t('chat.stopped')} />}
      </div>
      <Cites value={cites}>
        {live.error && <Note kind="danger" alert><strong>{t('module.failed')}.</strong> {live.error.detail}</Note>}
        {live.warnings.map((warning) => <Note key={warning.code + warning.detail} kind="warning">{warning.detail}</Note>)}
        {missing ? <NothingFound citations={live.citations} /> : (
          <>
            {result?.sentences?.length ? <Sentences sentences={result.sentences} /> : (end || !settings.whole) && live.text !== '' && (
              module.id === 'draft' && end ? <EditableText key={live.run} text={live.text} draft={draft} run={result ? live.run : null} /> : <Markdown source={live.text} streaming={end !== 'done'} />
            )}
            {live.citations.length > 0 && !(result && isExtracted(result)) && <CitationRow citations={live.citations} />}
          </>
        )}
        {result && isExtracted(result) && <ExtractedFields result={result} />}
        {result && isCheckedApplication(result) && <CheckedApplication result={result} />}
        {result && isSimplified(result) && <LanguageCheck result={result} />}
        {result && <Gaps result={result as Record<string, unknown>} />}
      </Cites>
      {end === null ? <PhaseLine live={live} /> : end !== 'failed' && <AiNote origin={origin} />}
      <CaseLine id={acting} />
      <ProtectionNote value={live.protection} answer />
      {end === 'stopped' && <p className="hint">{t('module.cancelled')}</p>}
      {end !== null && live.text !== '' && module.id !== 'draft' && (
        <div className="row"><CopyButton variant="secondary" text={() => `${plainText(live.text)}\n\n${aiNote(origin, i18n)}${copyLine(live.protection, i18n)}`} />{result && live.run !== null && <ExportButtons run={live.run} />}</div>
      )}
    </section>
  )
}
