// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { useCases } from './CasesContext'

/** Aktenzeichen of a case, and its title unless `short`, or that it is not the person's any more; empty while unknown. */
export function useCaseName(): (id: string, short?: boolean) => string {
  const { t } = useI18n()
  const { cases } = useCases()
  return (id, short = false) => {
    if (cases === null) return ''
    const found = cases.find((one) => one.id === id)
    if (!found) return t('case.gone')
    return found.title && !short ? `${found.reference} – ${found.title}` : found.reference || t('unreadable.case')
  }
}

/** To which case an answer or result belongs, beside it. Nothing where cases are not asked for. */
export function CaseLine({ id }: { id: string | null | undefined }) {
  const { t } = useI18n()
  const { required } = useCases()
  const nameOf = useCaseName()
  if (!required || !id) return null
  return <p className="case-line"><Icon name="folder" /><span>{t('case.for')} <strong>{nameOf(id)}</strong></span></p>
}
