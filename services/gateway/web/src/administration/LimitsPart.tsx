// SPDX-License-Identifier: EUPL-1.2
import { useCallback } from 'react'
import { fetchLimits, tightenLimits } from '../api/administration'
import { useI18n } from '../i18n'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'
import { LimitsForm } from './LimitsForm'
import { UsedLimits } from './UsedLimits'

/** What is used of the authority's limits, and tighter ones inside of what the operators allow. */
export function LimitsPart({ authority }: { authority: string }) {
  const { t, number } = useI18n()
  const limits = useLoad(useCallback(() => fetchLimits(authority), [authority]))
  return (
    <Loaded of={limits}>{(found) => (
      <>
        <UsedLimits used={found.used} />
        <p className="hint">{t('adm.limits.hint')}</p>
        <LimitsForm values={found.tighter} bounds={found.bounds} hint={(bound) => t('adm.limit.max', { bound: number(bound) })} save={(wanted) => tightenLimits(authority, wanted).then(limits.set)} />
      </>
    )}</Loaded>
  )
}
