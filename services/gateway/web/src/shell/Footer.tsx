// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Link } from '../router'

/** `publisher`: who runs the platform, where the operator has said so. */
export function Footer({ publisher }: { publisher: string | null }) {
  const { t } = useI18n()
  return (
    <footer className="foot">
      {publisher && <p>{t('foot.publisher', { publisher })}</p>}
      <nav aria-label={t('app.footer')}>
        <ul>
          <li><Link to="/accessibility">{t('foot.accessibility')}</Link></li>
          <li><Link to="/imprint">{t('foot.imprint')}</Link></li>
          <li><Link to="/privacy">{t('foot.privacy')}</Link></li>
          <li><a href="/THIRD_PARTY_NOTICES.txt">{t('foot.licences')}</a></li>
        </ul>
      </nav>
    </footer>
  )
}
