// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { deleteKnowledgeBase, fetchKnowledgeBase } from '../api/endpoints'
import type { KnowledgeBase } from '../api/types'
import { CaseGate } from '../cases/CaseGate'
import { ownerKind } from '../chat/useKnowledgeChoice'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { ConfirmDialog } from '../kern/ConfirmDialog'
import { Icon } from '../kern/Icon'
import { ProtectionNote } from '../protection/ProtectionBadge'
import { Link, navigate } from '../router'
import { useSession } from '../session'
import { useTitle } from '../useTitle'
import { DocumentTable } from './DocumentTable'
import { KnowledgeSearch } from './KnowledgeSearch'
import { PurposeSection } from './PurposeSection'
import { mayManage, mayWrite, ownerLabel } from './rights'
import { Sharing } from './Sharing'

export function KnowledgeBasePage({ id }: { id: string }) {
  const { t } = useI18n()
  const { reloadKnowledgeBases } = useSession()
  const [base, setBase] = useState<KnowledgeBase | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [deleting, setDeleting] = useState(false)
  useEffect(() => void fetchKnowledgeBase(id).then(setBase, setError), [id])
  useTitle(base?.name ?? t('kb.title'))
  const back = <p><Link to="/knowledge" className="back-link"><Icon name="back" />{t('kb.back')}</Link></p>
  if (error !== null) return <div className="page"><div className="column">{back}<h1>{t('kb.title')}</h1><ErrorNote error={error} /></div></div>
  if (!base) return <div className="page"><div className="column">{back}<p role="status">{t('app.loading')}</p></div></div>
  const kind = ownerKind(base)
  const owner = ownerLabel(kind)
  const change = mayWrite(base)
  return (
    <div className="page"><div className="column column--wide">
      {back}
      <div className="page-head">
        <h1>{base.name}</h1>
        {mayManage(base) && <Button icon="trash" label={t('kb.delete')} aria-haspopup="dialog" onClick={() => setDeleting(true)} />}
      </div>
      <p className="hint">{base.shared_by ? t('kb.shared_by', { name: base.shared_by.name }) : owner && t(owner)}{!change && ` · ${t('kb.readonly')}`}</p>
      <ProtectionNote value={base.protection_class} />
      <PurposeSection base={base} onChange={(changed) => {
        setBase({ ...base, ...changed, documents: base.documents ?? null })
        reloadKnowledgeBases()
      }} />
      <CaseGate what="knowledge" hint={t('case.page.hint')}>
        <KnowledgeSearch base={base} />
        <DocumentTable base={base} change={change} />
      </CaseGate>
      {mayManage(base) && kind !== 'tenant' && <Sharing base={base} onMoved={(moved) => {
        setBase({ ...base, ...moved })
        reloadKnowledgeBases()
      }} />}
      {deleting && (
        <ConfirmDialog title={t('kb.delete.title')} text={t('kb.delete.text', { name: base.name })} confirm={t('app.delete')} onClose={() => setDeleting(false)} act={() => deleteKnowledgeBase(base.id)} onDone={() => {
          reloadKnowledgeBases()
          navigate('/knowledge')
        }} />
      )}
    </div></div>
  )
}
