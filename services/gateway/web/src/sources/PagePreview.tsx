// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { fetchPageText, pageImage } from '../api/endpoints'
import type { PageText } from '../api/documentText'
import type { Shown } from '../api/types'
import { useActingCase } from '../cases/CasesContext'
import { useI18n } from '../i18n'
import { highlightSpans } from './passage'

/** Picture of the cited page with its box, drawn by the server; below it the page's text, which is what is read aloud. */
export function PagePreview({ citation, page }: { citation: Shown; page: number }) {
  const { t } = useI18n()
  const acting = useActingCase()
  const [text, setText] = useState<PageText | null>(null)
  const [missing, setMissing] = useState(false)
  useEffect(() => {
    let current = true
    setText(null)
    // Without the page's text the picture and the quote below it are still there.
    fetchPageText(citation, page, acting).then((found) => current && setText(found), () => undefined)
    return () => {
      current = false
    }
  }, [citation, page, acting])
  if (missing) return <p className="hint">{t('source.nopicture')}</p>
  const name = t('source.page.of', { page, name: citation.title })
  const address = pageImage(citation, page, highlightSpans(citation), acting)
  return (
    <div className="page-preview">
      <p className="hint">{t('source.page', { page })}</p>
      <a href={address} target="_blank" rel="noopener noreferrer" aria-label={name}><img src={address} alt={name} onError={() => setMissing(true)} /></a>
      {text?.notes?.map((note) => <p key={note.code} className="hint">{note.detail}</p>)}
      {text && (
        <details>
          <summary>{t('source.pagetext')}</summary>
          <p className="passage" lang="de">{text.text}</p>
        </details>
      )}
    </div>
  )
}
