// SPDX-License-Identifier: EUPL-1.2
import { useMemo } from 'react'
import type { Message } from '../api/types'
import { CaseLine } from '../cases/CaseLine'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { CopyButton } from '../kern/CopyButton'
import { Cites } from '../markdown/CiteButton'
import { Markdown } from '../markdown/Markdown'
import { plainText } from '../markdown/plain'
import { copyLine } from '../protection/classes'
import { ProtectionNote } from '../protection/ProtectionBadge'
import { CitationRow } from '../sources/CitationRow'
import { citeContext } from '../sources/cite'
import { UnsupportedSentences } from '../sources/Unsupported'
import type { Sources } from '../sources/useSources'
import { AiNote, aiNote } from './AiNote'
import { AnswerHead } from './AnswerHead'
import { Branches, type Branch } from './Branches'
import { UnreadableMessage } from './Unreadable'

type Props = { message: Message; branch: Branch; sources: Sources; onRegenerate: (() => void) | undefined }

export function AnswerMessage({ message, branch, sources, onRegenerate }: Props) {
  const i18n = useI18n()
  const { t } = i18n
  const citations = useMemo(() => message.citations ?? [], [message.citations])
  const cites = useMemo(() => citeContext(message.id, citations, sources), [message.id, citations, sources])
  const origin = { mode: message.mode ?? null, model: message.model ?? null, at: message.created_at }
  return (
    <article className="message message--answer" aria-labelledby={`h-${message.id}`} data-ai-generated="true" data-ai-mode={message.mode ?? undefined} data-ai-model={message.model ?? undefined}>
      <AnswerHead id={`h-${message.id}`} created={message.created_at}>
        {message.state === 'stopped' && <Badge kind="warning" icon="stop" label={t('chat.stopped')} />}
        {message.state === 'failed' && <Badge kind="danger" label={t('chat.failed')} />}
      </AnswerHead>
      <Cites value={cites}>
        {message.unreadable ? <UnreadableMessage /> : <Markdown source={message.text} streaming={message.state !== 'complete'} />}
        <UnsupportedSentences sentences={message.unsupported} />
        {citations.length > 0 && <CitationRow citations={citations} />}
      </Cites>
      <AiNote origin={origin} />
      <CaseLine id={message.case} />
      <ProtectionNote value={message.protection_class} answer />
      <div className="acts">
        <Branches branch={branch} />
        {!message.unreadable && <CopyButton text={() => `${plainText(message.text)}\n\n${aiNote(origin, i18n)}${copyLine(message.protection_class, i18n)}`} />}
        {onRegenerate && <Button icon="regenerate" label={t('chat.regenerate')} onClick={onRegenerate} />}
      </div>
    </article>
  )
}
