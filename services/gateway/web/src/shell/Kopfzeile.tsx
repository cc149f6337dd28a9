// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'

/** Line of the publisher above the header. Off unless the operator sets a text; no flag, no coat of arms. */
export function Kopfzeile({ text }: { text: string | null }) {
  const { t } = useI18n()
  return text ? <section className="kopfzeile" aria-label={t('app.kopfzeile')}><p>{text}</p></section> : null
}
