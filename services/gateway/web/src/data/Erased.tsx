// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useMemo, useRef } from 'react'
import type { SignedReceipt } from '../api/types'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { Note } from '../kern/Note'
import { useTitle } from '../useTitle'

/** After the deletion: the receipt is only here, so it is offered before anything else. */
export function Erased({ receipt }: { receipt: SignedReceipt }) {
  const { t } = useI18n()
  const heading = useRef<HTMLHeadingElement>(null)
  useTitle(t('data.erased'))
  const url = useMemo(() => URL.createObjectURL(new Blob([JSON.stringify(receipt, null, 1)], { type: 'application/json' })), [receipt])
  useEffect(() => {
    heading.current?.focus()
    return () => URL.revokeObjectURL(url)
  }, [url])
  return (
    <div className="page"><div className="column">
      <h1 ref={heading} tabIndex={-1}>{t('data.erased')}</h1>
      <Note kind="success">{t('data.erased.text')}</Note>
      <p>{t('data.erased.receipt')}</p>
      <p><a className="kern-btn kern-btn--primary btn" href={url} download={`genius-loeschquittung-${String(receipt.receipt['receipt'])}.json`}><Icon name="document" /><span className="kern-label">{t('data.erased.save')}</span></a></p>
      <p><a className="kern-link" href="/">{t('data.erased.home')}</a></p>
    </div></div>
  )
}
