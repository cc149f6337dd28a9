// SPDX-License-Identifier: EUPL-1.2
import { useId } from 'react'
import type { ExplainedHit } from '../api/explanation'
import type { Citation, Hit } from '../api/types'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { shortName } from '../sources/cite'
import { atPassage, bestPassage } from '../sources/passage'
import { SourceCard } from '../sources/SourceCard'
import { Places } from './Places'

/** The hit as a source with its best passage marked. */
function asCitation(hit: Hit, number: number): Citation {
  const best = bestPassage(hit)
  return { ...atPassage(hit), number, quote: '', passages: best ? [best] : [] }
}

/** One hit: where it stands in each list, the words it shares with the query, and the passage beside its page. */
export function CheckedHit({ place, one, open, onToggle }: { place: number; one: ExplainedHit; open: boolean; onToggle: () => void }) {
  const { t, number } = useI18n()
  const id = useId()
  const citation = asCitation(one.hit, place)
  return (
    <li>
      <div className="checked-head">
        <h3>{place}. {shortName(citation, (page) => t('source.page', { page }))}</h3>
        <Button icon={open ? 'close' : 'document'} label={t(open ? 'check.close' : 'check.open')} aria-expanded={open} aria-controls={id} onClick={onToggle} />
      </div>
      <p className="hint">
        {t('check.score', { score: number(one.hit.score) })}{one.cited && ` · ${t('check.cited')}`}
        {' · '}{one.words.length > 0 ? t('check.words', { words: one.words.join(', ') }) : t('check.words.none')}
      </p>
      <div id={id} hidden={!open} className="checked-body">
        {open && <Places branches={one.branches} near={one.near} />}
        {open && <SourceCard citation={citation} open onOpen={onToggle} />}
      </div>
    </li>
  )
}
