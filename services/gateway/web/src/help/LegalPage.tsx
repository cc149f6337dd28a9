// SPDX-License-Identifier: EUPL-1.2
import type { UiConfig } from '../api/endpoints'
import { useI18n } from '../i18n'
import { Note } from '../kern/Note'
import { useTitle } from '../useTitle'
import { accessibility } from './content'
import { PageText } from './PageText'

export type Legal = 'accessibility' | 'imprint' | 'privacy'
export const legalPath = (path: string): Legal | null => (['accessibility', 'imprint', 'privacy'] as const).find((name) => path === `/${name}`) ?? null

/** Text that only the operator can give (`ui-config.json`); says so where it is missing. */
function OperatorText({ text }: { text: string | null }) {
  const { t } = useI18n()
  if (!text) return <Note kind="warning">{t('page.operator')}</Note>
  return <>{text.split(/\n{2,}/).map((paragraph, at) => <p key={`${at} ${paragraph}`} className="operator-text">{paragraph}</p>)}</>
}

export function LegalPage({ page, config }: { page: Legal; config: UiConfig }) {
  const { locale, t } = useI18n()
  const title = t(`foot.${page}`)
  useTitle(title)
  if (page === 'accessibility') return <><PageText page={accessibility[locale]} /><OperatorText text={config.contact} /></>
  return <><h1>{title}</h1><OperatorText text={config[page]} /></>
}
