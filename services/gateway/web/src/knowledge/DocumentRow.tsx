// SPDX-License-Identifier: EUPL-1.2
import type { DocumentState } from '../api/types'
import { ReadingProgress } from '../files/ReadingProgress'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { ProtectionBadge } from '../protection/ProtectionBadge'
import { isUnderway } from './useDocuments'

const titleOf = (one: { title?: string | null; name?: string | null }): string | null => one.title || one.name || null

type Props = {
  document: DocumentState
  /** What this one replaces, and what is on its way to replace it, as far as the list holds them. */
  replaces?: DocumentState | undefined
  coming?: DocumentState | undefined
  /** Given to those who may write. */
  actions?: { remove: () => void; replace: () => void; retry: () => void; inspect: () => void; lock: () => void } | undefined
}

export function DocumentRow({ document, replaces, coming, actions }: Props) {
  const { t, bytes, number } = useI18n()
  const title = document.title || document.name || t('unreadable.name')
  // What failed supersedes nothing and can't be superseded: it is deleted, and the right file uploaded.
  const replaceable = !document.superseded && document.state !== 'failed'
  return (
    <tr className={document.superseded ? 'docs-old' : undefined}>
      <th scope="row">{title}{title !== document.name && document.name && <span className="hint">{document.name}</span>}{document.unreadable && <span className="hint hint--error">{t('unreadable.name.why')}</span>}</th>
      <td data-label={t('kb.col.state')}>
        <StateBadge document={document} /> <ProtectionBadge value={document.protection_class} />
        <ReadingProgress document={document} />
        <ReplacingHint document={document} replaces={replaces} coming={coming} />
        {document.reason && <span className="hint hint--error">{document.reason.detail}</span>}
        {document.warnings?.map((warning) => <span key={warning.code} className="hint">{warning.detail}</span>)}
      </td>
      <td className="num" data-label={t('kb.col.pages')}>{document.pages ? number(document.pages) : '–'}</td>
      <td className="num" data-label={t('kb.col.size')}>{bytes(document.size)}</td>
      {actions && (
        <td className="docs-act">
          <span>
            {document.retryable && <Button icon="regenerate" label={t('kb.retry')} aria-label={t('kb.retry.name', { name: title })} onClick={actions.retry} />}
            {document.processing && <Button icon="info" label={t('kb.processing')} aria-label={t('kb.processing.name', { name: title })} aria-haspopup="dialog" onClick={actions.inspect} />}
            {replaceable && <Button icon="regenerate" label={t('kb.replace')} aria-label={t('kb.replace.name', { name: title })} aria-haspopup="dialog" onClick={actions.replace} />}
            {document.state === 'ready' && !document.superseded && <Button icon="shield" label={t(document.quarantined_at ? 'kb.lock.open' : 'kb.lock')} aria-label={t(document.quarantined_at ? 'kb.lock.open.name' : 'kb.lock.name', { name: title })} aria-haspopup="dialog" onClick={actions.lock} />}
            {isUnderway(document)
              ? <Button icon="stop" iconOnly label={t('kb.cancel.name', { name: title })} aria-haspopup="dialog" onClick={actions.remove} />
              : <Button icon="trash" iconOnly label={`${t('app.delete')}: ${title}`} onClick={actions.remove} />}
          </span>
        </td>
      )}
    </tr>
  )
}

function StateBadge({ document }: { document: DocumentState }) {
  const { t } = useI18n()
  if (document.superseded) return <Badge kind="warning" label={t('source.superseded')} />
  if (document.quarantined_at) return <Badge kind="danger" label={t('source.locked')} />
  const kind = document.state === 'ready' ? 'success' : document.state === 'failed' ? 'danger' : 'info'
  return <Badge kind={kind} label={t(`file.${document.state}`)} />
}

function ReplacingHint({ document, replaces, coming }: Pick<Props, 'document' | 'replaces' | 'coming'>) {
  const { t, date } = useI18n()
  const { superseded_by: successor } = document
  const lines = document.quarantined_at ? [t('kb.locked.since', { date: date(document.quarantined_at) })] : []
  if (successor) lines.push(t('kb.superseded.by', { name: titleOf(successor) ?? t('source.superseded.unnamed'), date: date(successor.created_at) }))
  else if (document.superseded) lines.push(t('kb.superseded.alone'))
  else if (coming) lines.push(t('kb.replace.coming', { name: coming.name }))
  if (replaces && isUnderway(document)) lines.push(t('kb.replace.replaces', { name: titleOf(replaces) ?? '' }))
  if (replaces && document.state === 'failed') lines.push(t('kb.replace.stays', { name: titleOf(replaces) ?? '' }))
  return <>{lines.map((line) => <span key={line} className="hint">{line}</span>)}</>
}
