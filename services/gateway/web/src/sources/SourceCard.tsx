// SPDX-License-Identifier: EUPL-1.2
import type { Citation } from '../api/types'
import { sourceBase } from '../api/endpoints'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { ProtectionBadge } from '../protection/ProtectionBadge'
import { useExports } from '../session'
import { shortName } from './cite'
import { HiddenText } from './HiddenText'
import { Passage } from './Passage'
import { Preview } from './Preview'
import { Superseded } from './Superseded'

/** One source: what it is, its Stand, the passage with the quote marked, and for paper its page. */
export function SourceCard({ citation, open, onOpen }: { citation: Citation; open: boolean; onOpen: () => void }) {
  const { t, date } = useI18n()
  const exported = useExports()
  const name = shortName(citation, (page) => t('source.page', { page }))
  const path = (citation.section_path ?? []).filter((part) => part !== name && part !== citation.title)
  if (!open) {
    return (
      <section className="source source--closed" data-source={citation.number} aria-label={t('source.n', { n: citation.number })} tabIndex={-1}>
        <button type="button" onClick={onOpen}><span className="cite-n">{citation.number}</span><span>{name}</span><Icon name="chevron" /></button>
      </section>
    )
  }
  return (
    <section className="source source--open" data-source={citation.number} aria-label={t('source.n', { n: citation.number })} tabIndex={-1}>
      <header>
        <span className="cite-n" aria-hidden="true">{citation.number}</span>
        <div>
          <h3>{name}</h3>
          {name !== citation.title && !name.startsWith(citation.title) && <p className="hint">{citation.title}</p>}
          {path.length > 0 && !name.endsWith(path.join(' › ')) && <p className="hint">{path.join(' › ')}</p>}
          <ProtectionBadge value={citation.protection_class} />
          {citation.as_of && <p className="hint">{t('source.asof', { date: date(citation.as_of) })}</p>}
        </div>
      </header>
      <Superseded citation={citation} />
      <HiddenText hit={citation} />
      {/* Of a law the whole § is the passage; a picture of a page is read together with its passage as text. */}
      {!citation.source_id && <Preview shown={citation} otherwise={<Passage citation={citation} />} />}
      {(citation.source_id || citation.page) && <Passage citation={citation} />}
      {exported && !citation.source_id && (citation.document || citation.file) && <p><a className="kern-link" href={`${sourceBase(citation)}/content`} download><Icon name="document" />{t('source.original')}</a></p>}
    </section>
  )
}
