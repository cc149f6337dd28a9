// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'
import { ProtectionBadge } from '../protection/ProtectionBadge'
import { may } from '../rights'
import { Link, navigate } from '../router'
import { useSession } from '../session'
import { useTitle } from '../useTitle'
import { ownerKind } from '../chat/useKnowledgeChoice'
import { CreateDialog } from './CreateDialog'
import { IncomingShares } from './IncomingShares'
import { ownerLabel } from './rights'

export function KnowledgePage() {
  const { t, plural } = useI18n()
  const { me, knowledgeBases, reloadKnowledgeBases } = useSession()
  const [creating, setCreating] = useState(false)
  useTitle(t('kb.title'))
  useEffect(reloadKnowledgeBases, [reloadKnowledgeBases])
  return (
    <div className="page"><div className="column">
      <div className="page-head"><h1>{t('kb.title')}</h1>{may(me, 'knowledge_base.create') && <Button variant="primary" icon="plus" label={t('kb.create')} aria-haspopup="dialog" onClick={() => setCreating(true)} />}</div>
      <p className="lead">{t('kb.lead')}</p>
      {knowledgeBases.length === 0 && <p>{t('kb.none')}</p>}
      <ul className="kb-list">
        {knowledgeBases.map((base) => {
          const owner = ownerLabel(ownerKind(base))
          return (
            <li key={base.id}>
              <Link to={`/knowledge/${base.id}`}>
                <Icon name="book" />
                <span><strong>{base.name}</strong>{base.purpose && <span>{base.purpose}</span>}<span className="hint">{[base.shared_by ? t('kb.shared_by', { name: base.shared_by.name }) : owner && t(owner), base.documents == null ? '' : plural('kb.documents', base.documents)].filter(Boolean).join(' · ')}</span></span>
                <ProtectionBadge value={base.protection_class} />
                <Icon name="right" />
              </Link>
            </li>
          )
        })}
      </ul>
      {me.authority && may(me, 'share.incoming') && <IncomingShares onChange={reloadKnowledgeBases} />}
      {creating && <CreateDialog onClose={() => setCreating(false)} onDone={(base) => {
        reloadKnowledgeBases()
        navigate(`/knowledge/${base.id}`)
      }} />}
    </div></div>
  )
}
