// SPDX-License-Identifier: EUPL-1.2
import type { Live } from '../api/live'
import { useI18n } from '../i18n'

/** What is going on just now, for the eye; screen readers get theirs from the status region. */
export function PhaseLine({ live }: { live: Live }) {
  const { t } = useI18n()
  const text = !live.connected ? t('app.offline') : live.phase === 'queued' && live.position ? t('phase.queued.at', { position: live.position }) : t(`phase.${live.phase}`)
  return <p className="phase"><span className="dots" aria-hidden="true"><i /><i /><i /></span>{text}</p>
}
