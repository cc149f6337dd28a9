// SPDX-License-Identifier: EUPL-1.2
import { useId, useRef, useState, type FormEvent } from 'react'
import { explainSearch, type Explanation } from '../api/explanation'
import type { KnowledgeBase } from '../api/types'
import { useActingCase } from '../cases/CasesContext'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { CheckedHit } from './CheckedHit'
import { isReversed, NO_FILTER } from './filter'
import { FilterFields } from './FilterFields'
import { Reading } from './Reading'
import { Verdict } from './Verdict'

export function SearchCheck({ base }: { base: KnowledgeBase }) {
  const { t, plural } = useI18n()
  const acting = useActingCase()
  const id = useId()
  const asked = useRef(0)
  const [query, setQuery] = useState('')
  const [filter, setFilter] = useState(NO_FILTER)
  const [busy, setBusy] = useState(false)
  const [found, setFound] = useState<Explanation | null>(null)
  const [open, setOpen] = useState<number | null>(null)
  const [error, setError] = useState<unknown>(null)
  const search = (event: FormEvent) => {
    event.preventDefault()
    if (!query.trim() || isReversed(filter)) return
    const mine = ++asked.current
    const ended = (then: () => void) => {
      if (mine !== asked.current) return
      setBusy(false)
      then()
    }
    setBusy(true)
    setError(null)
    setFound(null)
    setOpen(null)
    explainSearch(base.id, query.trim(), filter, acting).then((answer) => ended(() => setFound(answer)), (problem: unknown) => ended(() => setError(problem)))
  }
  return (
    <div className="search-check">
      <form role="search" onSubmit={search} className="search-form">
        <div className="search-row">
          <label htmlFor={id} className="sr-only">{t('check.label')}</label>
          <input id={id} type="search" className="input" value={query} maxLength={4000} placeholder={t('check.label')} onChange={(event) => setQuery(event.target.value)} />
          <Button type="submit" variant="primary" icon="search" label={t('check.go')} />
        </div>
        <FilterFields filter={filter} onChange={setFilter} />
      </form>
      {error !== null && <ErrorNote error={error} />}
      <p role="status" className="hint">{busy ? t('check.busy') : found ? (found.hits.length === 0 ? t(found.searched.filter && found.searched.documents === 0 ? 'filter.none' : 'kb.search.none') : plural('kb.search.hits', found.hits.length)) : ''}</p>
      {found && <Verdict found={found} />}
      {found && <Reading reading={found.reading} />}
      {found && found.hits.length > 0 && (
        <section aria-labelledby={`${id}h`} className="checked-part">
          <h2 id={`${id}h`}>{t('check.hits')}</h2>
          <ol className="hits">
            {found.hits.map((one, i) => <CheckedHit key={`${one.hit.document}-${one.hit.char_from}`} place={i + 1} one={one} open={open === i} onToggle={() => setOpen(open === i ? null : i)} />)}
          </ol>
        </section>
      )}
    </div>
  )
}
