// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { named } from '../administration/names'
import { fetchHolds, type Hold } from '../api/audit'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'
import { HoldDialog } from './HoldDialog'
import { LiftDialog } from './LiftDialog'

export function HoldsPart() {
  const { t } = useI18n()
  const holds = useLoad(fetchHolds)
  const [setting, setSetting] = useState(false)
  const [lifting, setLifting] = useState<Hold | null>(null)
  const done = () => {
    setSetting(false)
    setLifting(null)
    holds.reload()
  }
  return (
    <>
      <p>{t('aud.holds.text')}</p>
      <div className="row"><Button variant="primary" icon="plus" label={t('aud.hold.set')} aria-haspopup="dialog" onClick={() => setSetting(true)} /></div>
      <Loaded of={holds}>{(found) => found.length === 0 ? <p>{t('aud.holds.none')}</p> : (
        <ul className="cards">{found.map((hold) => <HoldCard key={hold.id} hold={hold} onLift={() => setLifting(hold)} />)}</ul>
      )}</Loaded>
      {setting && <HoldDialog onClose={() => setSetting(false)} onDone={done} />}
      {lifting && <LiftDialog hold={lifting} onClose={() => setLifting(null)} onDone={done} />}
    </>
  )
}

function HoldCard({ hold, onLift }: { hold: Hold; onLift: () => void }) {
  const { t, date } = useI18n()
  const what = t(hold.case ? 'aud.hold.case' : 'aud.hold.person')
  return (
    <li className="switch">
      <div>
        <h3>{named('aud.reason', hold.reason, t)}</h3>
        <p className="id">{what}: {hold.case ?? hold.person}</p>
        <p className="hint">{t('aud.hold.since', { date: date(hold.set_at) })}</p>
      </div>
      <div className="switch-act">
        {hold.lifted_at
          ? <Badge kind="info" label={t('aud.hold.lifted', { date: date(hold.lifted_at) })} />
          : <><Badge kind="warning" label={t('aud.hold.active')} /><Button variant="secondary" label={t('aud.hold.lift')} aria-haspopup="dialog" onClick={onLift} /></>}
      </div>
    </li>
  )
}
