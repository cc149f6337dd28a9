// SPDX-License-Identifier: EUPL-1.2
import { NotFound } from '../help/NotFound'
import { useI18n, type Key } from '../i18n'
import { SubNav } from '../kern/SubNav'
import { useTitle } from '../useTitle'
import { AuthoritiesPart } from './AuthoritiesPart'
import { AuthorityUsage } from './AuthorityUsage'
import { CataloguePart } from './CataloguePart'
import { HealthPart } from './HealthPart'

const BASE = '/operation'
const PARTS = { '': HealthPart, authorities: AuthoritiesPart, catalogue: CataloguePart, usage: AuthorityUsage } as const
const TITLES: Record<keyof typeof PARTS, Key> = { '': 'ops.health', authorities: 'ops.authorities', catalogue: 'ops.catalogue', usage: 'ops.usage' }
const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[]
const pathOf = (part: string): string => (part ? `${BASE}/${part}` : BASE)

/** For operators: the whole platform, no content and no persons. `id` is an authority's. */
export function OperationPage({ part, id }: { part: string; id?: string | undefined }) {
  const { t } = useI18n()
  const name = NAMES.find((one) => one === part)
  useTitle(name === undefined ? t('duty.operation') : `${t(TITLES[name])} – ${t('duty.operation')}`)
  if (name === undefined || (id && name !== 'authorities')) return <NotFound />
  const Part = PARTS[name]
  return (
    <div className="page"><div className="column column--wide">
      <h1>{t('duty.operation')}</h1>
      <p className="lead">{t('ops.lead')}</p>
      <SubNav label={t('duty.operation')} current={pathOf(name)} parts={NAMES.map((one) => [pathOf(one), t(TITLES[one])] as const)} />
      <section className="duty-part" aria-labelledby="part-title">
        <h2 id="part-title">{t(TITLES[name])}</h2>
        <Part key={id ?? ''} id={id} />
      </section>
    </div></div>
  )
}
