// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { fetchKnowledgeBase } from '../api/endpoints'
import type { KnowledgeBase } from '../api/types'
import { CaseGate } from '../cases/CaseGate'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { Note } from '../kern/Note'
import { mayWrite } from '../knowledge/rights'
import { allowsUse, SEARCH } from '../knowledge/uses'
import { Link } from '../router'
import { useTitle } from '../useTitle'
import { SearchCheck } from './SearchCheck'

/** How a knowledge base answers a search, for those who look after it. */
export function SearchCheckPage({ id }: { id: string }) {
  const { t } = useI18n()
  const [base, setBase] = useState<KnowledgeBase | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => void fetchKnowledgeBase(id).then(setBase, setError), [id])
  useTitle(t('check.title'))
  return (
    <div className="page"><div className="column column--wide">
      <p><Link to={`/knowledge/${id}`} className="back-link"><Icon name="back" />{base?.name ?? t('kb.title')}</Link></p>
      <h1>{t('check.title')}</h1>
      {error !== null && <ErrorNote error={error} />}
      {error === null && !base && <p role="status">{t('app.loading')}</p>}
      {base && !mayWrite(base) && <Note kind="info">{t('check.readonly')}</Note>}
      {base && mayWrite(base) && !allowsUse(base, SEARCH) && <Note kind="info">{t('purpose.search.closed')}</Note>}
      {base && mayWrite(base) && allowsUse(base, SEARCH) && (
        <>
          <p className="lead">{t('check.lead')}</p>
          <CaseGate what="knowledge" hint={t('case.page.hint')}><SearchCheck base={base} /></CaseGate>
        </>
      )}
    </div></div>
  )
}
