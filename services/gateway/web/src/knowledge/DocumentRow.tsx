// SPDX-License-Identifier: EUPL-1.2
import type { DocumentState } from '../api/types'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { ProtectionBadge } from '../protection/ProtectionBadge'

export function DocumentRow({ document, onDelete }: { document: DocumentState; onDelete: (() => void) | undefined }) {
  const { t, bytes, number } = useI18n()
  const kind = document.state === 'ready' ? 'success' : document.state === 'failed' ? 'danger' : 'info'
  const title = document.title || document.name
  return (
    <tr>
      <th scope="row">{title}{title !== document.name && <span className="hint">{document.name}</span>}</th>
      <td data-label={t('kb.col.state')}>
        <Badge kind={kind} label={t(`file.${document.state}`)} /> <ProtectionBadge value={document.protection_class} />
        {document.reason && <span className="hint hint--error">{document.reason.detail}</span>}
        {document.warnings?.map((warning) => <span key={warning.code} className="hint">{warning.detail}</span>)}
      </td>
      <td className="num" data-label={t('kb.col.pages')}>{document.pages ? number(document.pages) : '–'}</td>
      <td className="num" data-label={t('kb.col.size')}>{bytes(document.size)}</td>
      {onDelete && <td className="docs-act"><Button icon="trash" iconOnly label={`${t('app.delete')}: ${title}`} onClick={onDelete} /></td>}
    </tr>
  )
}
