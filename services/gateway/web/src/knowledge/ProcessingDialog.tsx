// SPDX-License-Identifier: EUPL-1.2
import type { DocumentState } from '../api/types'
import { useI18n } from '../i18n'
import { Dialog } from '../kern/Dialog'

/** What reading a document did: steps with their time, what was found, and why it failed if it did. */
export function ProcessingDialog({ document, onClose }: { document: DocumentState; onClose: () => void }) {
  const { t, number } = useI18n()
  const { processing, reason, warnings = [] } = document
  if (!processing) return null
  const counts = [
    ['pages', document.pages], ['characters', processing.characters], ['headings', processing.headings],
    ['tables', processing.tables], ['furniture', processing.furniture], ['chunks', processing.chunks],
  ] as const
  return (
    <Dialog title={t('kb.processing')} onClose={onClose} closeLabel={t('app.close')}>
      <p className="kern-body">{t('kb.processing.what', { name: document.title || document.name || t('unreadable.name') })}</p>
      {reason && <p className="hint hint--error">{reason.detail}</p>}
      <h3>{t('kb.processing.steps')}</h3>
      <dl className="check-facts">
        {processing.steps.map(({ step, ms, failed }, at) => (
          <div key={at}><dt>{t(`kb.processing.${step}`)}</dt><dd>{t('kb.processing.seconds', { seconds: number(Math.round(ms / 10) / 100) })}{failed && ` – ${t('kb.processing.failed')}`}</dd></div>
        ))}
      </dl>
      <h3>{t('kb.processing.found')}</h3>
      <dl className="check-facts">
        {document.media_type && <div><dt>{t('kb.processing.type')}</dt><dd>{document.media_type}</dd></div>}
        {counts.map(([name, count]) => typeof count === 'number' && <div key={name}><dt>{t(`kb.processing.${name}`)}</dt><dd>{number(count)}</dd></div>)}
      </dl>
      <h3>{t('kb.processing.notes')}</h3>
      {warnings.length > 0 ? <ul className="kern-body">{warnings.map((one) => <li key={one.code}>{one.detail}</li>)}</ul> : <p className="kern-body">{t('kb.processing.notes.none')}</p>}
    </Dialog>
  )
}
