// SPDX-License-Identifier: EUPL-1.2
import { AdministrationPage } from './administration/AdministrationPage'
import { AuditPage } from './audit/AuditPage'
import { CasePage } from './casework/CasePage'
import { CasesPage } from './casework/CasesPage'
import { ChatPage } from './chat/ChatPage'
import { DataPage } from './data/DataPage'
import { HelpPage } from './help/HelpPage'
import { LegalPage, legalPath } from './help/LegalPage'
import { NotFound } from './help/NotFound'
import { InspectionPage } from './inspection/InspectionPage'
import { KnowledgeBasePage } from './knowledge/KnowledgeBasePage'
import { KnowledgePage } from './knowledge/KnowledgePage'
import { ModulePage } from './modules/ModulePage'
import { OperationPage } from './operation/OperationPage'
import { may } from './rights'
import { match, useRoute } from './router'
import { SearchCheckPage } from './searchcheck/SearchCheckPage'
import { SharedPage } from './snapshots/SharedPage'
import { SnapshotPage } from './snapshots/SnapshotPage'
import { useI18n } from './i18n'
import { offersChat, useSession } from './session'
import { Welcome } from './shell/Welcome'
import { TextPage } from './shell/TextPage'

/** Which page a path shows. A new route is a line here and a folder of its own. */
export function Pages() {
  const { path } = useRoute()
  const { t } = useI18n()
  const { me, modules, config } = useSession()
  const legal = legalPath(path)
  if (legal) return <TextPage label={t(`foot.${legal}`)}><LegalPage page={legal} config={config} /></TextPage>
  const works = may(me, 'run.start')
  const chats = works && offersChat(modules)
  if (match('/', path)) return chats ? <ChatPage id={null} /> : <Welcome />
  const chat = match('/chat/:id', path)
  if (chat) return <ChatPage id={chat['id'] ?? ''} />
  const module = match('/modules/:id', path)
  if (module) return !works ? <Welcome /> : module['id'] === 'chat' && chats ? <ChatPage id={null} /> : <ModulePage key={module['id']} id={module['id'] ?? ''} />
  if (match('/knowledge', path)) return <KnowledgePage />
  const base = match('/knowledge/:id', path)
  if (base) return <KnowledgeBasePage key={base['id']} id={base['id'] ?? ''} />
  const check = match('/knowledge/:id/search', path)
  if (check) return <SearchCheckPage key={check['id']} id={check['id'] ?? ''} />
  const duty = match('/:duty', path) ?? match('/:duty/:part', path) ?? match('/:duty/:part/:id', path)
  if (duty?.['duty'] === 'administration' && may(me, 'member.list') && !duty['id']) return <AdministrationPage part={duty['part'] ?? ''} />
  if (duty?.['duty'] === 'audit' && may(me, 'audit.search') && !duty['id']) return <AuditPage part={duty['part'] ?? ''} />
  if (duty?.['duty'] === 'inspection' && me.case_required && may(me, 'retrieval_check.list')) return <InspectionPage key={duty['id']} part={duty['part'] ?? ''} id={duty['id']} />
  if (duty?.['duty'] === 'operation' && may(me, 'model_catalogue.read')) return <OperationPage part={duty['part'] ?? ''} id={duty['id']} />
  // Under the Steuergeheimnis a case is chosen where one works; these pages are for completeness checks.
  if (works && !me.case_required && match('/cases', path)) return <CasesPage />
  const work = match('/cases/:id', path)
  if (works && !me.case_required && work) return <CasePage key={work['id']} id={work['id'] ?? ''} />
  if (match('/shared', path)) return <SharedPage />
  const shared = match('/shared/:id', path)
  if (shared) return <SnapshotPage key={shared['id']} id={shared['id'] ?? ''} />
  if (match('/data', path)) return <DataPage />
  if (match('/help', path)) return <HelpPage />
  return <NotFound />
}
