// SPDX-License-Identifier: EUPL-1.2
import { useId } from 'react'
import { ConversationList } from '../history/ConversationList'
import { useI18n } from '../i18n'
import { Icon, moduleIcon } from '../kern/Icon'
import { may } from '../rights'
import { Link, useRoute } from '../router'
import { offersChat, useSession } from '../session'
import { dutiesOf } from './duties'
import { Footer } from './Footer'

export function Navigation({ onGo }: { onGo?: () => void }) {
  const { t, label } = useI18n()
  const { path } = useRoute()
  const { me, modules, config } = useSession()
  const works = may(me, 'run.start')
  const duties = dutiesOf(me)
  const id = useId()
  const current = (to: string) => (path === to || (to !== '/' && path.startsWith(`${to}/`)) ? 'page' : undefined)
  return (
    <div className="nav-inner">
      {works && offersChat(modules) && <Link to="/" className="kern-btn kern-btn--secondary btn nav-new" aria-current={current('/')} onClick={onGo}><Icon name="plus" /><span className="kern-label">{t('chat.new')}</span></Link>}
      {(works || may(me, 'knowledge_base.list')) && <><h2 id={`${id}m`}>{t('app.modules')}</h2>
      <ul aria-labelledby={`${id}m`} className="nav-list">
        {works && modules.filter((module) => module.id !== 'chat').map((module) => (
          <li key={module.id}><Link to={`/modules/${module.id}`} className="nav-link" aria-current={current(`/modules/${module.id}`)} onClick={onGo}><Icon name={moduleIcon(module.id)} />{label(module.title, module.id)}</Link></li>
        ))}
        {works && !me.case_required && <li><Link to="/cases" className="nav-link" aria-current={current('/cases')} onClick={onGo}><Icon name="folder" />{t('work.title')}</Link></li>}
        {may(me, 'knowledge_base.list') && <li><Link to="/knowledge" className="nav-link" aria-current={current('/knowledge')} onClick={onGo}><Icon name="book" />{t('kb.title')}</Link></li>}
        {may(me, 'snapshot.list') && <li><Link to="/shared" className="nav-link" aria-current={current('/shared')} onClick={onGo}><Icon name="share" />{t('shared.with_me')}</Link></li>}
      </ul></>}
      {duties.length > 0 && (
        <>
          <h2 id={`${id}d`}>{t('duty.title')}</h2>
          <ul aria-labelledby={`${id}d`} className="nav-list">
            {duties.map((duty) => <li key={duty.to}><Link to={duty.to} className="nav-link" aria-current={current(duty.to)} onClick={onGo}><Icon name={duty.icon} />{t(duty.title)}</Link></li>)}
          </ul>
        </>
      )}
      {may(me, 'conversation.list') && <ConversationList onGo={onGo} />}
      <Footer publisher={config.authority} />
    </div>
  )
}
