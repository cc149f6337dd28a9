// SPDX-License-Identifier: EUPL-1.2
import type { Live } from '../api/live'
import { useI18n, type I18n } from '../i18n'

/** What is going on just now, for the eye; screen readers get theirs from the status region. */
export function PhaseLine({ live }: { live: Live }) {
  const { t } = useI18n()
  const text = live.connected ? doing(live, t) : t('app.offline')
  return <p className="phase"><span className="dots" aria-hidden="true"><i /><i /><i /></span>{text}</p>
}

function doing({ phase, position, question }: Live, t: I18n['t']) {
  if (phase === 'queued' && position) return t('phase.queued.at', { position })
  return phase === 'searching' && question ? t('phase.searching.for', { question }) : t(`phase.${phase}`)
}
