// SPDX-License-Identifier: EUPL-1.2
import type { Citation } from '../api/types'
import type { CiteContext } from '../markdown/CiteButton'
import type { Sources } from './useSources'

/** Numbers in a text become buttons only where retrieval has a citation of that number. */
export const citeContext = (key: string, citations: Citation[], sources: Sources): CiteContext => ({
  known: new Set(citations.map((citation) => citation.number)),
  active: sources.open?.key === key ? sources.open.active : null,
  show: (n, button) => sources.show(key, citations, n, button),
})

/** "§ 25 WoGG Bewilligungszeitraum" for a law, else "Titel, Seite 3"; without pages "Titel, Gebühren › Zeilen 17–30". */
export function shortName(citation: Pick<Citation, 'section_path' | 'title' | 'page' | 'source_id'>, page: (n: number) => string): string {
  const last = citation.section_path?.at(-1)
  if (citation.source_id && last) return last
  if (citation.page) return `${citation.title}, ${page(citation.page)}`
  const place = (citation.section_path ?? []).filter((part) => part !== citation.title).slice(-2).join(' › ')
  return place ? `${citation.title}, ${place}` : citation.title
}
