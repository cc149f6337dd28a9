// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { named } from '../administration/names'
import { fetchAuthorities, fetchModelLines, fetchModelStops, releaseModel, type ModelStop } from '../api/administration'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { ConfirmDialog } from '../kern/ConfirmDialog'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'
import { StopDialog } from './StopDialog'

// Whether inference answers or not: a model must be stopped just then.
const everything = async () => ({
  stops: await fetchModelStops(),
  authorities: await fetchAuthorities(),
  models: await fetchModelLines().catch(() => []),
})

/** The kill switch: what is stopped now, for whom and why; stop more, or let it go on (KI-06). */
export function StopsPart() {
  const { t } = useI18n()
  const state = useLoad(everything)
  const [stopping, setStopping] = useState(false)
  const [releasing, setReleasing] = useState<ModelStop | null>(null)
  const done = () => {
    setStopping(false)
    setReleasing(null)
    state.reload()
  }
  return (
    <section className="duty-sub" aria-labelledby="stops-title">
      <h3 id="stops-title">{t('ops.stops')}</h3>
      <p className="hint">{t('ops.stops.text')}</p>
      <Loaded of={state}>{({ stops, authorities, models }) => (
        <>
          <div className="row"><Button variant="primary" label={t('ops.stop')} aria-haspopup="dialog" onClick={() => setStopping(true)} /></div>
          {stops.length === 0 ? <p>{t('ops.stops.none')}</p> : (
            <ul className="cards">{stops.map((stop) => (
              <StopCard key={stop.id} stop={stop} authority={authorities.find((one) => one.id === stop.authority)?.name} onRelease={() => setReleasing(stop)} />
            ))}</ul>
          )}
          {stopping && <StopDialog models={models.map((model) => model.id)} authorities={authorities} onClose={() => setStopping(false)} onDone={done} />}
        </>
      )}</Loaded>
      {releasing && (
        <ConfirmDialog title={t('ops.release')} text={t('ops.release.text', { model: releasing.model ?? t('ops.stop.every') })} confirm={t('ops.release')} onClose={() => setReleasing(null)} act={() => releaseModel(releasing.id)} onDone={done} />
      )}
    </section>
  )
}

function StopCard({ stop, authority, onRelease }: { stop: ModelStop; authority: string | undefined; onRelease: () => void }) {
  const { t, date } = useI18n()
  const whom = stop.authority === null ? t('ops.stop.everybody') : (authority ?? stop.authority)
  return (
    <li className="switch">
      <div>
        <h4>{stop.model ?? t('ops.stop.every')}</h4>
        <p>{whom}</p>
        <p className="hint">{named('ops.stop.reason', stop.reason, t)}, {t('ops.stop.since', { date: date(stop.stopped_at) })}</p>
      </div>
      <div className="switch-act"><Badge kind="warning" label={t('ops.stop.active')} /><Button variant="secondary" label={t('ops.release')} aria-haspopup="dialog" onClick={onRelease} /></div>
    </li>
  )
}
