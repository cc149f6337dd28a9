// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { isClass, nameKey, whyKey } from './classes'

/** The protection class in words. An unknown one is shown as it came: nothing is hidden that the server says. */
export function ProtectionBadge({ value }: { value: string | null | undefined }) {
  const { t } = useI18n()
  if (!value) return null
  const name = isClass(value) ? t(nameKey(value)) : value
  return <span className={`kern-badge kern-badge--info badge protection protection--${isClass(value) ? value : 'unknown'}`}><Icon name="shield" /><span><span className="sr-only">{t('protection.title')}: </span>{name}</span></span>
}

/** The same, and on request what the class means and what follows from it. */
export function ProtectionNote({ value, answer }: { value: string | null | undefined; answer?: boolean }) {
  const { t } = useI18n()
  if (!value) return null
  return (
    <details className="protection-note">
      <summary><ProtectionBadge value={value} /></summary>
      <p className="hint">{isClass(value) ? t(whyKey(value)) : t('protection.unknown')}{answer && ` ${t('protection.answer')}`}</p>
    </details>
  )
}
