// SPDX-License-Identifier: EUPL-1.2
import { NotFound } from '../help/NotFound'
import { useI18n, type Key } from '../i18n'
import { SubNav } from '../kern/SubNav'
import { useTitle } from '../useTitle'
import { GenuinePart } from './GenuinePart'
import { HoldsPart } from './HoldsPart'
import { ReceiptsPart } from './ReceiptsPart'
import { TrailPart } from './TrailPart'

const BASE = '/audit'
const PARTS = { '': TrailPart, genuine: GenuinePart, holds: HoldsPart, receipts: ReceiptsPart } as const
const TITLES: Record<keyof typeof PARTS, Key> = { '': 'aud.trail', genuine: 'aud.genuine', holds: 'aud.holds', receipts: 'aud.receipts' }
const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[]
const pathOf = (part: string): string => (part ? `${BASE}/${part}` : BASE)

/** For auditors: search the trail, check it, see who signed it, holds and receipts. */
export function AuditPage({ part }: { part: string }) {
  const { t } = useI18n()
  const name = NAMES.find((one) => one === part)
  useTitle(name === undefined ? t('duty.audit') : `${t(TITLES[name])} – ${t('duty.audit')}`)
  if (name === undefined) return <NotFound />
  const Part = PARTS[name]
  return (
    <div className="page"><div className="column column--wide">
      <h1>{t('duty.audit')}</h1>
      <p className="lead">{t('aud.lead')}</p>
      <SubNav label={t('duty.audit')} current={pathOf(name)} parts={NAMES.map((one) => [pathOf(one), t(TITLES[one])] as const)} />
      <section className="duty-part" aria-labelledby="part-title">
        <h2 id="part-title">{t(TITLES[name])}</h2>
        <Part />
      </section>
    </div></div>
  )
}
