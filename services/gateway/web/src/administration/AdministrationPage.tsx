// SPDX-License-Identifier: EUPL-1.2
import { NotFound } from '../help/NotFound'
import { useI18n, type Key } from '../i18n'
import { SubNav } from '../kern/SubNav'
import { useSession } from '../session'
import { useTitle } from '../useTitle'
import { HouseStylePart } from './HouseStylePart'
import { LimitsPart } from './LimitsPart'
import { MembersPart } from './MembersPart'
import { ModulesPart } from './ModulesPart'
import { RetentionPart } from './RetentionPart'
import { StockPart } from './StockPart'
import { TokensPart } from './TokensPart'
import { UsagePart } from './UsagePart'

const BASE = '/administration'
const PARTS = { '': MembersPart, modules: ModulesPart, style: HouseStylePart, limits: LimitsPart, retention: RetentionPart, knowledge: StockPart, tokens: TokensPart, usage: UsagePart } as const
const TITLES: Record<keyof typeof PARTS, Key> = { '': 'adm.members', modules: 'adm.modules', style: 'style.title', limits: 'adm.limits', retention: 'adm.retention', knowledge: 'adm.stock', tokens: 'adm.tokens', usage: 'adm.usage' }
const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[]
const pathOf = (part: string): string => (part ? `${BASE}/${part}` : BASE)

/** For the administration of an authority: what it may decide, and nothing of what its people write or do. */
export function AdministrationPage({ part }: { part: string }) {
  const { t } = useI18n()
  const { me } = useSession()
  const name = NAMES.find((one) => one === part)
  useTitle(name === undefined ? t('duty.administration') : `${t(TITLES[name])} – ${t('duty.administration')}`)
  if (name === undefined || !me.authority) return <NotFound />
  const Part = PARTS[name]
  return (
    <div className="page"><div className="column column--wide">
      <h1>{t('duty.administration')}</h1>
      <p className="lead">{t('adm.lead', { authority: me.authority.name })}</p>
      <SubNav label={t('duty.administration')} current={pathOf(name)} parts={NAMES.map((one) => [pathOf(one), t(TITLES[one])] as const)} />
      <section className="duty-part" aria-labelledby="part-title">
        <h2 id="part-title">{t(TITLES[name])}</h2>
        <Part authority={me.authority.id} />
      </section>
    </div></div>
  )
}
