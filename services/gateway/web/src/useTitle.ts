// SPDX-License-Identifier: EUPL-1.2
import { useEffect } from 'react'
import { useI18n } from './i18n'

/** Title of the document: the page first, then the product (WCAG 2.4.2). */
export function useTitle(title: string): void {
  const { t } = useI18n()
  useEffect(() => {
    document.title = title ? `${title} – ${t('app.product')}` : t('app.product')
  }, [title, t])
}
