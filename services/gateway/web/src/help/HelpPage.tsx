// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { TextPage } from '../shell/TextPage'
import { useTitle } from '../useTitle'
import { help } from './content'
import { PageText } from './PageText'

export function HelpPage() {
  const { locale, t } = useI18n()
  useTitle(t('app.help'))
  return <TextPage label={t('app.help')}><PageText page={help[locale]} /></TextPage>
}
