// SPDX-License-Identifier: EUPL-1.2
import { useMemo } from 'react'
import type { HiddenCitation, SnapshotMessage } from '../api/snapshots'
import type { Citation } from '../api/types'
import { AiNote, aiNote } from '../chat/AiNote'
import { AnswerHead } from '../chat/AnswerHead'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { CopyButton } from '../kern/CopyButton'
import { Icon } from '../kern/Icon'
import { Note } from '../kern/Note'
import { Cites } from '../markdown/CiteButton'
import { Markdown } from '../markdown/Markdown'
import { plainText } from '../markdown/plain'
import { CitationRow } from '../sources/CitationRow'
import { copyLine } from '../protection/classes'
import { ProtectionNote } from '../protection/ProtectionBadge'
import { citeContext } from '../sources/cite'
import { UnsupportedSentences } from '../sources/Unsupported'
import type { Sources } from '../sources/useSources'

const isHidden = (citation: Citation | HiddenCitation): citation is HiddenCitation => 'withheld' in citation

export function SharedQuestion({ id, message, by }: { id: string; message: SnapshotMessage; by: string }) {
  const { t, time } = useI18n()
  return (
    <article className="message message--user" aria-labelledby={`h-${id}`}>
      <h2 id={`h-${id}`} className="sr-only">{t('snapshot.asked')} {t('shared.by', { name: by })}, <time dateTime={message.created_at}>{time(message.created_at)}</time></h2>
      <div className="bubble">{message.text}</div>
      {message.files.length > 0 && <ul className="bubble-files" aria-label={t('snapshot.files')}>{message.files.map((name) => <li key={name}><Icon name="document" />{name}</li>)}</ul>}
    </article>
  )
}

export function SharedAnswer({ id, message, sources }: { id: string; message: SnapshotMessage; sources: Sources }) {
  const i18n = useI18n()
  const { t } = i18n
  const readable = useMemo(() => message.citations.filter((one): one is Citation => !isHidden(one)), [message.citations])
  const hidden = useMemo(() => message.citations.filter(isHidden).map((one) => one.number), [message.citations])
  const cites = useMemo(() => ({ ...citeContext(id, readable, sources), hidden: new Set(hidden) }), [id, readable, hidden, sources])
  const origin = { mode: message.mode, model: message.model, at: message.created_at }
  return (
    <article className="message message--answer" aria-labelledby={`h-${id}`} data-ai-generated="true" data-ai-mode={message.mode ?? undefined} data-ai-model={message.model ?? undefined}>
      <AnswerHead id={`h-${id}`} created={message.created_at}>
        {message.state === 'stopped' && <Badge kind="warning" icon="stop" label={t('chat.stopped')} />}
        {message.state === 'failed' && <Badge kind="danger" label={t('chat.failed')} />}
      </AnswerHead>
      <Cites value={cites}>
        {message.withheld ? <Note kind="warning">{t('snapshot.withheld')}</Note> : <Markdown source={message.text} streaming={message.state !== 'complete'} />}
        <UnsupportedSentences sentences={message.unsupported} />
        {readable.length > 0 && <CitationRow citations={readable} />}
        {hidden.length > 0 && <ul className="cite-hidden" aria-label={t('snapshot.sources.hidden')}>{hidden.map((n) => <li key={n}>{t('snapshot.source', { n })}</li>)}</ul>}
      </Cites>
      {!message.withheld && (
        <>
          <ProtectionNote value={message.protection_class} answer />
          <AiNote origin={origin} />
          <div className="acts"><CopyButton text={() => `${plainText(message.text)}\n\n${aiNote(origin, i18n)}${copyLine(message.protection_class, i18n)}`} /></div>
        </>
      )}
    </article>
  )
}
