// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { searchIn } from '../api/endpoints'
import type { Hit, KnowledgeBase } from '../api/types'
import { useActingCase } from '../cases/CasesContext'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Link } from '../router'
import { shortName } from '../sources/cite'
import { HiddenText } from '../sources/HiddenText'
import { atPassage, bestPassage, pieces, unitSpans } from '../sources/passage'
import { mayWrite } from './rights'
import { allowsUse, SEARCH } from './uses'

/** The best passage of a hit, as a mark inside its text. */
function marks(hit: Hit): [number, number][] {
  const best = bestPassage(hit)
  return best ? unitSpans(hit, [[best.char_from, best.char_to]]) : []
}

export function KnowledgeSearch({ base }: { base: KnowledgeBase }) {
  const { t, plural } = useI18n()
  const acting = useActingCase()
  const id = useId()
  const [query, setQuery] = useState('')
  const [hits, setHits] = useState<Hit[] | null>(null)
  const [error, setError] = useState<unknown>(null)
  const search = (event: FormEvent) => {
    event.preventDefault()
    if (!query.trim()) return
    setError(null)
    searchIn(base.id, query.trim(), acting).then(setHits, setError)
  }
  if (!allowsUse(base, SEARCH)) return <p className="hint">{t('purpose.search.closed')}</p>
  return (
    <section aria-labelledby={`${id}t`} className="kb-search">
      <h2 id={`${id}t`}>{t('kb.search')}</h2>
      <form role="search" onSubmit={search} className="search-row">
        <label htmlFor={id} className="sr-only">{t('kb.search.label')}</label>
        <input id={id} type="search" className="input" value={query} placeholder={t('kb.search.label')} onChange={(event) => setQuery(event.target.value)} />
        <Button type="submit" variant="secondary" icon="search" label={t('kb.search.go')} />
      </form>
      {mayWrite(base) && <p><Link to={`/knowledge/${base.id}/search`} className="kern-link">{t('check.link')}</Link></p>}
      {error !== null && <ErrorNote error={error} />}
      {hits && <p role="status" className="hint">{hits.length === 0 ? t('kb.search.none') : plural('kb.search.hits', hits.length)}</p>}
      {hits && hits.length > 0 && (
        <ol className="hits">
          {hits.map((hit) => (
            <li key={`${hit.document}-${hit.char_from}`}>
              <h3>{shortName(atPassage(hit), (page) => t('source.page', { page }))}</h3>
              <HiddenText hit={hit} />
              <blockquote className="passage" lang="de">{pieces(hit.text, marks(hit)).map((piece, i) => (piece.marked ? <mark key={i}>{piece.text}</mark> : <span key={i}>{piece.text}</span>))}</blockquote>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
