// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { fetchPageText, pageImage } from '../api/endpoints'
import type { Citation, TextSpan } from '../api/types'
import { useI18n } from '../i18n'
import { highlightSpans } from './passage'

/** A chunk may reach over so many further pages; its page number is that of its beginning. */
const REACH = 3
type Found = { page: number; text: TextSpan | null }

/** The page on which the quote begins, with its text. */
async function pageOfQuote(citation: Citation, first: number): Promise<Found> {
  const [start] = highlightSpans(citation)[0] ?? [citation.char_from]
  for (let page = first; page <= first + REACH; page++) {
    const text = await fetchPageText(citation, page)
    if (start < text.char_to) return { page, text }
  }
  return { page: first, text: null }
}

/** Picture of the cited page with its box, drawn by the server; below it the page's text, which is what is read aloud. */
export function PagePreview({ citation, page: first }: { citation: Citation; page: number }) {
  const { t } = useI18n()
  const [found, setFound] = useState<Found | null>(null)
  const [missing, setMissing] = useState(false)
  useEffect(() => {
    let current = true
    pageOfQuote(citation, first).then((page) => current && setFound(page), () => current && setFound({ page: first, text: null }))
    return () => {
      current = false
    }
  }, [citation, first])
  if (missing) return <p className="hint">{t('source.nopicture')}</p>
  if (!found) return <p className="hint">{t('app.loading')}</p>
  const name = t('source.page.of', { page: found.page, name: citation.title })
  const address = pageImage(citation, found.page, highlightSpans(citation))
  return (
    <div className="page-preview">
      <p className="hint">{t('source.page', { page: found.page })}</p>
      <a href={address} target="_blank" rel="noopener noreferrer" aria-label={name}><img src={address} alt={name} onError={() => setMissing(true)} /></a>
      {found.text && (
        <details>
          <summary>{t('source.pagetext')}</summary>
          <p className="passage" lang="de">{found.text.text}</p>
        </details>
      )}
    </div>
  )
}
