// SPDX-License-Identifier: EUPL-1.2
import { useState, type ReactNode } from 'react'
import { useI18n } from '../i18n'
import { Dialog } from '../kern/Dialog'
import { Icon } from '../kern/Icon'

/** From this length on a query could carry content out. */
const LONG = 160

/** A link of a hostile text: shows its host, opens only after a second look. */
export function ExternalLink({ url, children }: { url: URL; children: ReactNode }) {
  const { t } = useI18n()
  const [asking, setAsking] = useState(false)
  const host = url.protocol === 'mailto:' ? url.pathname : url.host
  const rel = 'noopener noreferrer nofollow'
  return (
    <>
      <a className="kern-link kern-link--no-visited-state md-link" href={url.href} target="_blank" rel={rel} onClick={(event) => {
        event.preventDefault()
        setAsking(true)
      }}>{children}</a>
      {' '}<span className="md-host">({host})</span>
      {asking && (
        <Dialog title={t('link.title')} onClose={() => setAsking(false)} footer={
          <a className="kern-btn kern-btn--primary" href={url.href} target="_blank" rel={rel} onClick={() => setAsking(false)}>
            <Icon name="external" /><span className="kern-label">{t('link.open')}</span>
          </a>
        }>
          <p className="kern-body">{t('link.text')}</p>
          <p className="kern-body">{t('link.target')} <strong>{host}</strong></p>
          <p className="link-address">{url.href}</p>
          {url.href.length > LONG && <p className="kern-body"><strong>{t('link.long')}</strong></p>}
        </Dialog>
      )}
    </>
  )
}
