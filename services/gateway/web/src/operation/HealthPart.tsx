// SPDX-License-Identifier: EUPL-1.2
import { named } from '../administration/names'
import { fetchHealth, type Condition } from '../api/administration'
import { fetchCheckpoints } from '../api/audit'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { Loaded } from '../kern/Loaded'
import { Note } from '../kern/Note'
import { useLoad } from '../useLoad'

const KINDS = { ok: 'success', degraded: 'warning', down: 'danger' } as const
const now = async () => ({ health: await fetchHealth(), points: await fetchCheckpoints(), at: Date.now() })

/** Services as they answer now, and how far the audit trail is covered by checkpoints. */
export function HealthPart() {
  const { t, plural, number, time, clock } = useI18n()
  const state = useLoad(now)
  return (
    <Loaded of={state}>{({ health, points, at }) => (
      <>
        <div aria-live="polite"><Note kind={KINDS[health.status]} actions={<Button variant="secondary" icon="regenerate" label={t('ops.health.refresh')} onClick={state.reload} />}><strong>{t(`ops.health.${health.status}`)}</strong><span className="hint note-line">{t('ops.health.at', { time: clock(at) })}</span></Note></div>
        <table className="docs">
          <thead><tr><th scope="col">{t('ops.service')}</th><th scope="col">{t('ops.state')}</th></tr></thead>
          <tbody>{(Object.entries(health.checks) as [string, Condition][]).map(([service, condition]) => (
            <tr key={service}><th scope="row">{named('ops.service', service, t)}</th><td data-label={t('ops.state')}><Badge kind={KINDS[condition]} label={t(`ops.state.${condition}`)} /></td></tr>
          ))}</tbody>
        </table>
        <section className="duty-sub" aria-labelledby="trail-title">
          <h3 id="trail-title">{t('ops.trail')}</h3>
          {points.items[0] ? <p>{t('ops.trail.last', { number: number(points.items[0].number), time: time(points.items[0].at) })}</p> : <p>{t('aud.points.none')}</p>}
          <p className="hint">{plural('aud.points.uncovered', points.uncovered)} {points.witnesses.length ? plural('aud.points.unwitnessed', points.unwitnessed) : t('aud.points.nowitness')}</p>
        </section>
      </>
    )}</Loaded>
  )
}
