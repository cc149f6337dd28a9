// SPDX-License-Identifier: EUPL-1.2
import { fetchChecks, type Check } from '../api/inspection'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Loaded } from '../kern/Loaded'
import { Link, navigate } from '../router'
import { useLoad } from '../useLoad'
import { DrawForm } from './DrawForm'

const pathOf = (check: { id: string }): string => `/inspection/check/${check.id}`

/** Draw a new sample; those drawn before, and how far each is. */
export function ChecksPart() {
  const { t } = useI18n()
  const checks = useLoad(fetchChecks)
  return (
    <>
      <section className="duty-sub" aria-labelledby="draw-title">
        <h3 id="draw-title">{t('ins.draw')}</h3>
        <p className="hint">{t('ins.draw.text')}</p>
        <DrawForm onDrawn={(drawn) => navigate(pathOf(drawn))} />
      </section>
      <section className="duty-sub" aria-labelledby="checks-title">
        <h3 id="checks-title">{t('ins.earlier')}</h3>
        <Loaded of={checks}>{(found) => found.length === 0 ? <p>{t('ins.none')}</p> : (
          <table className="docs">
            <thead><tr><th scope="col">{t('ins.col.drawn')}</th><th scope="col">{t('ins.col.period')}</th><th scope="col">{t('ins.col.size')}</th><th scope="col">{t('ins.col.state')}</th></tr></thead>
            <tbody>{found.map((check) => <Row key={check.id} check={check} />)}</tbody>
          </table>
        )}</Loaded>
      </section>
    </>
  )
}

function Row({ check }: { check: Check }) {
  const { t, time, number } = useI18n()
  return (
    <tr>
      <th scope="row"><Link to={pathOf(check)} className="kern-link">{time(check.at)}</Link></th>
      <td data-label={t('ins.col.period')}><PeriodText check={check} /></td>
      <td data-label={t('ins.col.size')}>{t('ins.of', { size: number(check.size), population: number(check.population) })}</td>
      <td data-label={t('ins.col.state')}><CheckState check={check} /></td>
    </tr>
  )
}

export function PeriodText({ check }: { check: Check }) {
  const { t, date } = useI18n()
  // The end is the midnight after the last day.
  const last = new Date(new Date(check.period_until).getTime() - 1).toISOString()
  return <>{t('ins.period', { since: date(check.period_from), until: date(last) })}</>
}

export function CheckState({ check }: { check: Check }) {
  const { t, number, date } = useI18n()
  const { zulaessig = 0, nicht_zulaessig: refused = 0, zu_klaeren: unclear = 0 } = check.counts
  const done = zulaessig + refused + unclear
  return (
    <span className="check-state">
      {check.closed_at
        ? <Badge kind="success" label={t('ins.state.closed', { date: date(check.closed_at) })} />
        : <Badge kind={done === check.size ? 'info' : 'warning'} label={t('ins.state.open', { done: number(done), size: number(check.size) })} />}
      {(refused > 0 || unclear > 0) && <span className="hint">{[refused > 0 && t('ins.state.refused', { count: number(refused) }), unclear > 0 && t('ins.state.unclear', { count: number(unclear) })].filter(Boolean).join(' · ')}</span>}
    </span>
  )
}
