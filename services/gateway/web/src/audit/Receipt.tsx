// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useMemo } from 'react'
import { named } from '../administration/names'
import type { SignedReceipt } from '../api/types'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'

type Body = { receipt: string; at: string; requested_by: string; deleted: Record<string, Record<string, number>>; keys_destroyed: Record<string, string[]>; kept: { table: string; title: string; why: string }[] }

/** What a receipt says, in words; the file itself is what can be checked. */
export function Receipt({ receipt }: { receipt: SignedReceipt }) {
  const { t, time, number } = useI18n()
  const body = receipt.receipt as Body
  const url = useMemo(() => URL.createObjectURL(new Blob([JSON.stringify(receipt, null, 1)], { type: 'application/json' })), [receipt])
  useEffect(() => () => URL.revokeObjectURL(url), [url])
  const deleted = Object.values(body.deleted).flatMap((kinds) => Object.entries(kinds)).filter(([, count]) => count > 0)
  const keys = Object.values(body.keys_destroyed).reduce((sum, list) => sum + list.length, 0)
  return (
    <section className="kept" aria-labelledby="receipt-title">
      <h3 id="receipt-title">{t('aud.receipt.title', { date: time(body.at) })}</h3>
      <dl>
        <div><dt>{t('aud.receipt.by')}</dt><dd>{named('aud.receipt.by', body.requested_by, t)}</dd></div>
        <div><dt>{t('aud.receipt.deleted')}</dt><dd>{deleted.map(([kind, count]) => `${kind}: ${number(count)}`).join(', ') || '–'}</dd></div>
        <div><dt>{t('aud.receipt.keys')}</dt><dd>{number(keys)}</dd></div>
        <div><dt>{t('aud.receipt.kept')}</dt><dd lang="de">{body.kept.map((one) => one.title).join(', ') || '–'}</dd></div>
      </dl>
      <p><a className="kern-btn kern-btn--secondary btn" href={url} download={`genius-loeschquittung-${body.receipt}.json`}><Icon name="document" /><span className="kern-label">{t('aud.receipt.save')}</span></a></p>
    </section>
  )
}
