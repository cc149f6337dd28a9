// SPDX-License-Identifier: EUPL-1.2
import { NotFound } from '../help/NotFound'
import { useI18n, type Key } from '../i18n'
import { SubNav } from '../kern/SubNav'
import { useTitle } from '../useTitle'
import { CheckPart } from './CheckPart'
import { ChecksPart } from './ChecksPart'
import { LogPart } from './LogPart'

export const BASE = '/inspection'
const PARTS = { '': ChecksPart, log: LogPart } as const
const TITLES: Record<keyof typeof PARTS, Key> = { '': 'ins.checks', log: 'ins.log' }
const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[]
const pathOf = (part: string): string => (part ? `${BASE}/${part}` : BASE)

/** For who checks retrievals under the Steuergeheimnis: draw samples, decide about each retrieval, read the log. */
export function InspectionPage({ part, id }: { part: string; id: string | undefined }) {
  const { t } = useI18n()
  const name = NAMES.find((one) => one === part)
  const one = part === 'check' && id !== undefined
  useTitle(name === undefined ? t('duty.inspection') : `${t(TITLES[name])} – ${t('duty.inspection')}`)
  if (!one && (name === undefined || id !== undefined)) return <NotFound />
  const Part = PARTS[name ?? '']
  return (
    <div className="page"><div className="column column--wide">
      <h1>{t('duty.inspection')}</h1>
      <p className="lead">{t('ins.lead')}</p>
      <SubNav label={t('duty.inspection')} current={one ? BASE : pathOf(name ?? '')} parts={NAMES.map((other) => [pathOf(other), t(TITLES[other])] as const)} />
      <section className="duty-part" aria-labelledby="part-title">
        {one ? <CheckPart id={id} /> : <><h2 id="part-title">{t(TITLES[name ?? ''])}</h2><Part /></>}
      </section>
    </div></div>
  )
}
