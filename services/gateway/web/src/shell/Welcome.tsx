// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Note } from '../kern/Note'
import { may } from '../rights'
import { Link } from '../router'
import { useSession } from '../session'
import { useTitle } from '../useTitle'

/** First page of accounts that do not work with the assistant itself: operators, auditors, administrators. */
export function Welcome() {
  const { t } = useI18n()
  const { me } = useSession()
  useTitle(t('welcome.title'))
  return (
    <div className="page"><div className="column">
      <h1>{t('welcome.title')}</h1>
      <Note kind="info">{t('welcome.text')}</Note>
      <ul>
        {may(me, 'knowledge_base.list') && <li><Link to="/knowledge">{t('kb.title')}</Link></li>}
        <li><Link to="/data">{t('data.title')}</Link></li>
        <li><Link to="/help">{t('app.help')}</Link></li>
      </ul>
    </div></div>
  )
}
