// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { followDocument } from '../api/endpoints'
import type { Citation, DocumentState } from '../api/types'
import { useActingCase } from '../cases/CasesContext'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { useExports } from '../session'

/** Says that the cited document is locked, or no longer holds, and opens what does. The citation itself stays what it was. */
export function Superseded({ citation }: { citation: Citation }) {
  const { t, date } = useI18n()
  const acting = useActingCase()
  const exported = useExports()
  const [found, setFound] = useState<DocumentState | null>(null)
  useEffect(() => {
    let current = true
    setFound(null)
    if (!citation.file) void followDocument(citation.document, acting).then((state) => current && setFound(state), () => undefined)
    return () => {
      current = false
    }
  }, [citation.document, citation.file, acting])
  const successor = found?.superseded_by ?? null
  const name = successor?.title || successor?.name || t('source.superseded.unnamed')
  return (
    // In the page before it has words, so that a screen reader says them.
    <div role="status">
      {found?.quarantined_at && (
        <div className="superseded">
          <p><strong><Icon name="danger" />{t('source.locked')}</strong></p>
          <p>{t('source.locked.text', { date: date(found.quarantined_at) })}</p>
        </div>
      )}
      {found?.superseded && (
        <div className="superseded">
          <p><strong><Icon name="warning" />{t('source.superseded')}</strong></p>
          <p>{successor ? t('source.superseded.by', { name, date: date(successor.created_at) }) : t('source.superseded.alone')}</p>
          {exported && successor?.name && <p><a className="kern-link" href={`/api/v1/documents/${successor.document}/content`} download><Icon name="document" />{t('source.superseded.open')}</a></p>}
        </div>
      )}
    </div>
  )
}
