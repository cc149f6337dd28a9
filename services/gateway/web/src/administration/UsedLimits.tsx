// SPDX-License-Identifier: EUPL-1.2
import type { AuthorityLimits } from '../api/administration'
import type { Limit } from '../api/limits'
import { useI18n, type Key } from '../i18n'
import { Badge } from '../kern/Badge'

/** Use of an authority and its cost centres against their limits; hidden where it would tell of single people. */
export function UsedLimits({ used }: { used: AuthorityLimits['used'] }) {
  const { t } = useI18n()
  const rows = [...used.day.map((limit) => [limit, 'day'] as const), ...used.month.map((limit) => [limit, 'month'] as const)]
  const hidden = rows.some(([limit]) => limit.used === null)
  return (
    <section className="used" aria-labelledby="used-title">
      <h3 id="used-title">{t('adm.limits.used')}</h3>
      <dl>{rows.map(([limit, period]) => <Used key={`${limit.scope} ${limit.key} ${limit.unit} ${period}`} limit={limit} period={period} />)}</dl>
      {hidden && <p className="hint">{t('adm.limits.hidden')}</p>}
    </section>
  )
}

function Used({ limit, period }: { limit: Limit; period: 'day' | 'month' }) {
  const { t, number, date } = useI18n()
  const name = limit.scope === 'cost_centre' ? t('adm.limit.centre.month', { name: limit.key }) : t(`adm.limit.${limit.unit}.${period}` as Key)
  const share = limit.used === null || limit.limit === 0 ? null : Math.min(100, Math.floor((limit.used * 100) / limit.limit))
  const level = limit.level === 0 ? t('adm.limit.below') : limit.level === 100 ? t('adm.limit.exhausted') : t('adm.limit.level', { level: limit.level })
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Badge kind={limit.level === 0 ? 'success' : limit.level === 100 ? 'danger' : 'warning'} label={level} />
        {limit.used !== null && share !== null && (
          <>
            <progress max={100} value={share} aria-hidden="true" />
            <span>{t('adm.limit.of', { used: number(limit.used), limit: number(limit.limit), percent: share })}</span>
          </>
        )}
        <span className="hint">{t('adm.limit.renews', { date: date(limit.renews_at) })}</span>
      </dd>
    </div>
  )
}
