// SPDX-License-Identifier: EUPL-1.2
import { useState, type MouseEvent, type ReactNode } from 'react'
import { useI18n } from '../i18n'
import { Dialog } from '../kern/Dialog'
import { Icon } from '../kern/Icon'

/** From this length on an address could carry content out. */
const LONG = 160
/** Encoded text, or a run of letters and digits without an end: the address could carry content that one can't read. */
const ENCODED = /(?:%[0-9a-f]{2}[^%]{0,8}){3}|[A-Za-z0-9+/_=-]{40}/i

function warning(url: URL): 'link.long' | 'link.encoded' | null {
  if (url.href.length > LONG) return 'link.long'
  return ENCODED.test(url.search + url.hash) ? 'link.encoded' : null
}

/** A link of a hostile text: shows its host, opens only after a second look. */
export function ExternalLink({ url, children }: { url: URL; children: ReactNode }) {
  const { t } = useI18n()
  const [asking, setAsking] = useState(false)
  const host = url.protocol === 'mailto:' ? url.pathname : url.host
  const rel = 'noopener noreferrer nofollow'
  const warn = warning(url)
  const ask = (event: MouseEvent) => {
    event.preventDefault()
    setAsking(true)
  }
  return (
    <>
      <a className="kern-link kern-link--no-visited-state md-link" href={url.href} target="_blank" rel={rel} onClick={ask} onAuxClick={(event) => {
        // The middle button opens a tab without a click event.
        if (event.button === 1) ask(event)
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
          {warn && <p className="kern-body"><strong>{t(warn)}</strong></p>}
        </Dialog>
      )}
    </>
  )
}
