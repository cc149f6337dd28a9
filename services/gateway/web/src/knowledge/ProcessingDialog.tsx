// SPDX-License-Identifier: EUPL-1.2
import type { DocumentState } from '../api/types'
import { useI18n } from '../i18n'
import { Dialog } from '../kern/Dialog'
import { fileType } from './mediaTypes'

/** Shorter than what is written with two digits. */
const SHORT_MS = 10

/** What reading a document did: steps with their time, what was found, and why it failed if it did. */
export function ProcessingDialog({ document, onClose }: { document: DocumentState; onClose: () => void }) {
  const { t, number } = useI18n()
  const { processing, reason, warnings = [] } = document
  if (!processing) return null
  const time = (ms: number) => (ms < SHORT_MS ? t('kb.processing.short') : t('kb.processing.seconds', { seconds: number(Math.round(ms / 10) / 100) }))
  const counts = ([
    ['pages', document.pages], ['characters', processing.characters], ['headings', processing.headings],
    ['tables', processing.tables], ['furniture', processing.furniture], ['chunks', processing.chunks],
  ] as const).flatMap(([name, count]) => (typeof count === 'number' ? [[name, count] as const] : []))
  const steps = processing.steps
  return (
    <Dialog title={t('kb.processing')} onClose={onClose} closeLabel={t('app.close')}>
      <p className="kern-body">{t('kb.processing.what', { name: document.title || document.name || t('unreadable.name') })}</p>
      {reason && <p className="hint hint--error">{reason.detail}</p>}
      <section className="log-part">
        <h3>{t('kb.processing.steps')}</h3>
        <dl className="log-facts">
          {steps.map(({ step, ms, failed }, at) => (
            <div key={at}><dt>{t(`kb.processing.${step}`)}{failed && <strong className="log-failed">{t('kb.processing.failed')}</strong>}</dt><dd>{time(ms)}</dd></div>
          ))}
          {steps.length > 1 && <div className="log-sum"><dt>{t('kb.processing.total')}</dt><dd>{time(steps.reduce((sum, { ms }) => sum + ms, 0))}</dd></div>}
        </dl>
      </section>
      {(document.media_type || counts.length > 0) && (
        <section className="log-part">
          <h3>{t('kb.processing.found')}</h3>
          <dl className="log-facts">
            {document.media_type && <div><dt>{t('kb.processing.type')}</dt><dd>{fileType(document.media_type)}</dd></div>}
            {counts.map(([name, count]) => <div key={name}><dt>{t(`kb.processing.${name}`)}</dt><dd>{count === 0 ? t('kb.processing.zero') : number(count)}</dd></div>)}
          </dl>
        </section>
      )}
      {(warnings.length > 0 || !reason) && (
        <section className="log-part">
          <h3>{t('kb.processing.notes')}</h3>
          {warnings.length > 0 ? <ul className="log-notes">{warnings.map((one) => <li key={one.code}>{one.detail}</li>)}</ul> : <p className="kern-body">{t('kb.processing.notes.none')}</p>}
        </section>
      )}
    </Dialog>
  )
}
