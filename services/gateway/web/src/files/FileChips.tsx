// SPDX-License-Identifier: EUPL-1.2
import { announcer } from '../chat/announcer'
import { errorText } from '../errors'
import { useI18n, type I18n } from '../i18n'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'
import { ProtectionBadge } from '../protection/ProtectionBadge'
import { workingText } from './ReadingProgress'
import { isFailed, type Upload } from './useUploads'

export function uploadState(upload: Upload, i18n: I18n): string {
  const { t, plural, number } = i18n
  if (upload.error) return errorText(upload.error, t)
  if (!upload.document) return t('file.uploading', { percent: number(Math.round(upload.share * 100)) })
  const { state, reason, pages } = upload.document
  if (state === 'failed') return reason?.detail ?? t('file.failed')
  if (state === 'ready' && pages) return `${t('file.ready')}, ${plural('file.pages', pages)}`
  return workingText(upload.document, i18n) ?? t(`file.${state}`)
}

type Props = { uploads: Upload[]; onRemove: (upload: Upload) => void; onRetry?: (upload: Upload) => void }

/** Attached files: name, state in words (never by colour alone), and buttons to take each away or read it once more. */
export function FileChips({ uploads, onRemove, onRetry }: Props) {
  const i18n = useI18n()
  const { t } = i18n
  if (uploads.length === 0) return null
  return (
    <ul className="chips" aria-label={t('chat.attach.list')}>
      {uploads.map((upload) => {
        const failed = isFailed(upload)
        const ready = upload.document?.state === 'ready'
        return (
          <li key={upload.key} className={`chip${failed ? ' chip--failed' : ''}${ready ? ' chip--ready' : ''}`}>
            <Icon name={failed ? 'danger' : ready ? 'check' : 'document'} />
            <span className="chip-text"><span className="chip-name">{upload.name}</span>{upload.replaces && <span className="chip-state">{t('kb.replace.replaces', { name: upload.replaces.name })}</span>}<span className="chip-state">{uploadState(upload, i18n)}</span></span>
            {upload.document && <ProtectionBadge value={upload.document.protection_class} />}
            {!upload.document && !upload.error && <progress value={upload.share} max={1} aria-label={upload.name} />}
            {onRetry && !upload.error && upload.document?.retryable && (
              <Button icon="regenerate" iconOnly label={t('kb.retry.name', { name: upload.name })} onClick={(event) => {
                onRetry(upload)
                announcer.status(t('kb.retry.started', { name: upload.name }))
                // This button goes away with the failure; the focus must not go with it.
                const next = event.currentTarget.nextElementSibling
                if (next instanceof HTMLElement) next.focus()
              }} />
            )}
            <Button icon="close" iconOnly label={t('file.remove', { name: upload.name })} onClick={() => onRemove(upload)} />
          </li>
        )
      })}
    </ul>
  )
}
