// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { Note } from '../kern/Note'
import { may } from '../rights'
import { Link } from '../router'
import { useSession } from '../session'
import { useTitle } from '../useTitle'
import { dutiesOf } from './duties'

/** First page of accounts that do not work with the assistant itself: operators, auditors, administrators. */
export function Welcome() {
  const { t } = useI18n()
  const { me } = useSession()
  useTitle(t('welcome.title'))
  return (
    <div className="page"><div className="column">
      <h1>{t('welcome.title')}</h1>
      <ul className="kb-list">
        {dutiesOf(me).map((duty) => (
          <li key={duty.to}><Link to={duty.to}><Icon name={duty.icon} /><span><strong>{t(duty.title)}</strong><span className="hint">{t(duty.text)}</span></span><Icon name="right" /></Link></li>
        ))}
      </ul>
      <Note kind="info">{t(may(me, 'run.start') ? 'welcome.nochat' : 'welcome.text')}</Note>
      <ul>
        {may(me, 'knowledge_base.list') && <li><Link to="/knowledge">{t('kb.title')}</Link></li>}
        <li><Link to="/data">{t('data.title')}</Link></li>
        <li><Link to="/help">{t('app.help')}</Link></li>
      </ul>
    </div></div>
  )
}
