// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useRef } from 'react'
import type { Citation } from '../api/types'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { SourceCard } from './SourceCard'

type Props = { citations: Citation[]; active: number; onChoose: (n: number) => void; onClose: () => void }

/** Sources beside the text. The chosen one is open and has the focus; closing gives the focus back to the number. */
export function SourcePanel({ citations, active, onChoose, onClose }: Props) {
  const { t } = useI18n()
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    const card = box.current?.querySelector<HTMLElement>(`[data-source="${active}"]`)
    card?.focus({ preventScroll: true })
    card?.scrollIntoView({ block: 'start' })
  }, [active])
  return (
    // Escape is a shortcut for the close button that stands beside it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside ref={box} className="sources" aria-label={t('source.panel')} onKeyDown={(event) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      onClose()
    }}>
      <div className="sources-head">
        <h2>{t('source.panel')}</h2>
        <Button icon="close" iconOnly label={t('source.close')} onClick={onClose} />
      </div>
      <div className="sources-list">
        {citations.map((citation) => <SourceCard key={citation.number} citation={citation} open={citation.number === active} onOpen={() => onChoose(citation.number)} />)}
      </div>
      <div className="sources-foot"><Button variant="secondary" icon="back" label={t('source.back')} onClick={onClose} /></div>
    </aside>
  )
}
