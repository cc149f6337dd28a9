// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Link } from '../router'

export function Brand() {
  const { t } = useI18n()
  return (
    <Link to="/" className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="7" /><path d="M22 11.500a7.500 7.500 0 1 0 .5 8.500V16h-6" /></svg>
      <span>{t('app.product')}</span>
    </Link>
  )
}
