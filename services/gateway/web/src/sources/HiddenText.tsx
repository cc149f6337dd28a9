// SPDX-License-Identifier: EUPL-1.2
import type { Hit } from '../api/types'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'

/** Says that the document of a hit had text which nobody sees on its pages (INJ-04). */
export function HiddenText({ hit }: { hit: Hit }) {
  const { t } = useI18n()
  return hit.hidden_text ? <p className="hidden-text"><Icon name="warning" /><span>{t('source.hidden')}</span></p> : null
}
