// SPDX-License-Identifier: EUPL-1.2
import { useCallback } from 'react'
import { LimitsForm } from '../administration/LimitsForm'
import { UsedLimits } from '../administration/UsedLimits'
import { fetchLimits, setLimits, type AuthorityLine } from '../api/administration'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { Loaded } from '../kern/Loaded'
import { Link } from '../router'
import { useLoad } from '../useLoad'

/** The limits of one authority. Values of single models and cost centres are kept as they are. */
export function AuthorityLimitsPart({ authority }: { authority: AuthorityLine }) {
  const { t, number } = useI18n()
  const limits = useLoad(useCallback(() => fetchLimits(authority.id), [authority.id]))
  return (
    <>
      <p><Link to="/operation/authorities" className="back-link"><Icon name="back" />{t('ops.authority.back')}</Link></p>
      <h3>{authority.name}</h3>
      <Loaded of={limits}>{(found) => (
        <>
          <UsedLimits used={found.used} />
          <p className="hint">{t('ops.authority.hint')}</p>
          <LimitsForm values={found.own} bounds={found.bounds} hint={(value) => t('adm.limit.default', { value: number(value) })} save={(wanted) => setLimits(authority.id, { models: found.own.models ?? {}, cost_centres: found.own.cost_centres ?? [], ...wanted }).then(limits.set)} />
        </>
      )}</Loaded>
    </>
  )
}
