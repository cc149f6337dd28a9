// SPDX-License-Identifier: EUPL-1.2
import { useI18n, type Key } from '../i18n'
import { Link } from '../router'
import { useTitle } from '../useTitle'

export function NotFound({ text = 'app.notfound.text' }: { text?: Key }) {
  const { t } = useI18n()
  useTitle(t('app.notfound'))
  return (
    <div className="page"><div className="column">
      <h1>{t('app.notfound')}</h1>
      <p className="lead">{t(text)}</p>
      <p><Link to="/" className="kern-link">{t('app.home')}</Link></p>
    </div></div>
  )
}
