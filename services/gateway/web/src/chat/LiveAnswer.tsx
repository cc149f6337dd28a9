// SPDX-License-Identifier: EUPL-1.2
import { useMemo } from 'react'
import type { Live } from '../api/live'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Cites } from '../markdown/CiteButton'
import { Markdown } from '../markdown/Markdown'
import { ProtectionBadge } from '../protection/ProtectionBadge'
import { useSettings } from '../settings/SettingsContext'
import { citeContext } from '../sources/cite'
import type { Sources } from '../sources/useSources'
import { AnswerHead } from './AnswerHead'
import { PhaseLine } from './PhaseLine'

export function LiveAnswer({ live, sources }: { live: Live; sources: Sources }) {
  const { t } = useI18n()
  const { settings } = useSettings()
  const key = live.answerMessage ?? 'live'
  const cites = useMemo(() => citeContext(key, live.citations, sources), [key, live.citations, sources])
  return (
    <article className="message message--answer" aria-labelledby="h-live" aria-busy="true" data-ai-generated="true">
      <AnswerHead id="h-live"><Badge kind="info" label={t('app.ai')} /><ProtectionBadge value={live.protection} /></AnswerHead>
      {!settings.whole && live.text && <Cites value={cites}><Markdown source={live.text} streaming /></Cites>}
      <PhaseLine live={live} />
    </article>
  )
}
