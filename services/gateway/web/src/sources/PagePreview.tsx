// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { fetchPageText, pageImage } from '../api/endpoints'
import type { Citation } from '../api/types'
import { useI18n } from '../i18n'
import { highlightSpans } from './passage'

/** Picture of the cited page with its box, drawn by the server; below it the page's text, which is what is read aloud. */
export function PagePreview({ citation, page }: { citation: Citation; page: number }) {
  const { t } = useI18n()
  const [missing, setMissing] = useState(false)
  const [text, setText] = useState<string | null>(null)
  const [wanted, setWanted] = useState(false)
  useEffect(() => {
    if (!wanted || text !== null) return undefined
    let current = true
    fetchPageText(citation, page).then((span) => current && setText(span.text), () => current && setText(citation.text))
    return () => {
      current = false
    }
  }, [wanted, text, citation, page])
  if (missing) return <p className="hint">{t('source.nopicture')}</p>
  const name = t('source.page.of', { page, name: citation.title })
  const address = pageImage(citation, page, highlightSpans(citation))
  return (
    <div className="page-preview">
      <a href={address} target="_blank" rel="noopener noreferrer" aria-label={name}><img src={address} alt={name} onError={() => setMissing(true)} /></a>
      <details onToggle={(event) => setWanted(event.currentTarget.open)}>
        <summary>{t('source.pagetext')}</summary>
        <p className="passage" lang="de">{text ?? t('app.loading')}</p>
      </details>
    </div>
  )
}
