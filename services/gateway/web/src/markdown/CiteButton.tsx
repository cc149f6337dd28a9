// SPDX-License-Identifier: EUPL-1.2
import { createContext, useContext } from 'react'
import { useI18n } from '../i18n'

/** Which numbers are real citations (from retrieval, never from the model's text), and how to show one. `hidden`: real, but not for this reader. */
export type CiteContext = { known: ReadonlySet<number>; hidden?: ReadonlySet<number>; active: number | null; show: (n: number, button: HTMLElement) => void }
export const Cites = createContext<CiteContext>({ known: new Set(), active: null, show: () => undefined })

export function CiteButton({ n }: { n: number }) {
  const { t } = useI18n()
  const { known, hidden, active, show } = useContext(Cites)
  if (hidden?.has(n)) return <span className="cite-unknown" title={t('snapshot.cite.hidden', { n })}>[{n}]</span>
  if (!known.has(n)) return <span className="cite-unknown" title={t('cite.unverified', { n })}>[{n}]</span>
  return (
    <button type="button" className="cite" aria-pressed={active === n} aria-label={t('cite.show', { n })} onClick={(event) => show(n, event.currentTarget)}>
      {n}
    </button>
  )
}
