// SPDX-License-Identifier: EUPL-1.2
import { useCallback } from 'react'
import { fetchPeriods } from '../api/administration'
import { useI18n } from '../i18n'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'
import { PeriodsForm } from './PeriodsForm'

export function RetentionPart({ authority }: { authority: string }) {
  const { t } = useI18n()
  const periods = useLoad(useCallback(() => fetchPeriods(authority), [authority]))
  return (
    <>
      <p className="hint">{t('adm.retention.hint')}</p>
      <Loaded of={periods}>{(found) => <PeriodsForm authority={authority} periods={found} onSaved={periods.set} />}</Loaded>
    </>
  )
}
