// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { Link } from '../router'
import { useSession } from '../session'
import { AiNotice } from './AiNotice'
import { allowsUse } from '../knowledge/uses'
import { CHAT, isCommon } from './useKnowledgeChoice'

/** The first screen: what one can do here, what to mind, and four real tasks to begin with. */
export function EmptyChat({ onAsk }: { onAsk: (question: string) => void }) {
  const { t } = useI18n()
  const { modules, knowledgeBases } = useSession()
  // Questions to the laws only where they are.
  const laws = knowledgeBases.some((base) => isCommon(base) && allowsUse(base, CHAT))
  const has = (id: string) => modules.some((module) => module.id === id)
  return (
    <div className="empty"><div className="column">
      <h1>{t('chat.empty.title')}</h1>
      <p className="lead">{t('chat.empty.lead')}</p>
      <AiNotice />
      <h2 className="suggest-title">{t('chat.suggest')}</h2>
      <ul className="suggest">
        {laws && (['chat.suggest.1', 'chat.suggest.2'] as const).map((key) => (
          <li key={key}><button type="button" onClick={() => onAsk(t(key))}><Icon name="search" /><span><small>{t(`${key}.kind`)}</small><span lang="de">{t(key)}</span></span></button></li>
        ))}
        {has('summarise') && <li><Link to="/modules/summarise"><Icon name="summary" /><span><small>{t('chat.suggest.3.kind')}</small>{t('chat.suggest.3')}</span></Link></li>}
        {has('draft') && <li><Link to="/modules/draft"><Icon name="edit" /><span><small>{t('chat.suggest.4.kind')}</small>{t('chat.suggest.4')}</span></Link></li>}
      </ul>
    </div></div>
  )
}
