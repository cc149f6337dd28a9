// SPDX-License-Identifier: EUPL-1.2
import { useContext } from 'react'
import type { Citation } from '../api/types'
import { useI18n } from '../i18n'
import { Cites } from '../markdown/CiteButton'
import { shortName } from './cite'

/** The sources below an answer: number and name, each a button that opens the passage. */
export function CitationRow({ citations }: { citations: Citation[] }) {
  const { t } = useI18n()
  const { active, show } = useContext(Cites)
  return (
    <ul className="cite-row" aria-label={t('source.panel')}>
      {citations.map((citation) => (
        <li key={citation.number}>
          <button type="button" aria-pressed={active === citation.number} onClick={(event) => show(citation.number, event.currentTarget)}>
            <span className="cite-n">{citation.number}</span><span>{shortName(citation, (page) => t('source.page', { page }))}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
