// SPDX-License-Identifier: EUPL-1.2
import { ChatPage } from './chat/ChatPage'
import { DataPage } from './data/DataPage'
import { HelpPage } from './help/HelpPage'
import { LegalPage, legalPath } from './help/LegalPage'
import { NotFound } from './help/NotFound'
import { KnowledgeBasePage } from './knowledge/KnowledgeBasePage'
import { KnowledgePage } from './knowledge/KnowledgePage'
import { ModulePage } from './modules/ModulePage'
import { may } from './rights'
import { match, useRoute } from './router'
import { useI18n } from './i18n'
import { useSession } from './session'
import { Welcome } from './shell/Welcome'
import { TextPage } from './shell/TextPage'

/** Which page a path shows. A new route is a line here and a folder of its own. */
export function Pages() {
  const { path } = useRoute()
  const { t } = useI18n()
  const { me, config } = useSession()
  const legal = legalPath(path)
  if (legal) return <TextPage label={t(`foot.${legal}`)}><LegalPage page={legal} config={config} /></TextPage>
  const works = may(me, 'run.start')
  if (match('/', path)) return works ? <ChatPage id={null} /> : <Welcome />
  const chat = match('/chat/:id', path)
  if (chat) return <ChatPage id={chat['id'] ?? ''} />
  const module = match('/modules/:id', path)
  if (module) return !works ? <Welcome /> : module['id'] === 'chat' ? <ChatPage id={null} /> : <ModulePage key={module['id']} id={module['id'] ?? ''} />
  if (match('/knowledge', path)) return <KnowledgePage />
  const base = match('/knowledge/:id', path)
  if (base) return <KnowledgeBasePage key={base['id']} id={base['id'] ?? ''} />
  if (match('/data', path)) return <DataPage />
  if (match('/help', path)) return <HelpPage />
  return <NotFound />
}
