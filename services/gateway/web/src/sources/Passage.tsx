// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useMemo, useState } from 'react'
import { fetchText } from '../api/endpoints'
import type { TextSpan } from '../api/documentText'
import type { Citation } from '../api/types'
import { useActingCase } from '../cases/CasesContext'
import { useI18n } from '../i18n'
import { marksIn, pieces } from './passage'

/** Enough for every § of the federal laws; the server cuts at its own limit. */
const SECTION_REACH = 6000

/** The whole § around a cited Absatz, if the server gives texts out; else the citation's own text is enough. */
async function wholeSection(citation: Citation, acting: string | null): Promise<TextSpan | null> {
  const around = await fetchText(citation, citation.char_from, citation.char_to, acting)
  const section = around.sections.find((one) => one.source_id === citation.source_id) ?? around.sections[0]
  if (!section || section.char_to - section.char_from > SECTION_REACH) return null
  return fetchText(citation, section.char_from, section.char_to, acting)
}

/** The exact words of the source, with the cited ones marked; of a law the whole §. */
export function Passage({ citation }: { citation: Citation }) {
  const { t } = useI18n()
  const acting = useActingCase()
  const own = useMemo<TextSpan>(() => ({ text: citation.text, char_from: citation.char_from, char_to: citation.char_to }), [citation])
  const [whole, setWhole] = useState<TextSpan | null>(null)
  useEffect(() => {
    let current = true
    setWhole(null)
    if (citation.source_id) void wholeSection(citation, acting).then((span) => current && setWhole(span), () => undefined)
    return () => {
      current = false
    }
  }, [citation, acting])
  const span = whole ?? own
  const paragraphs = useMemo(() => pieces(span.text, marksIn(span, citation)), [span, citation])
  return (
    <>
      <p className="sr-only">{t('source.passage')}</p>
      <blockquote className="passage" lang="de">
        {paragraphs.map((piece, i) => (piece.marked ? <mark key={i}>{piece.text}</mark> : <span key={i}>{piece.text}</span>))}
      </blockquote>
    </>
  )
}
