// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useMemo, useState } from 'react'
import type { PageText } from '../api/documentText'
import { fetchPageText, pageImage } from '../api/endpoints'
import type { Shown } from '../api/types'
import { useActingCase } from '../cases/CasesContext'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Blocks } from './Blocks'
import { PageEdge } from './PageEdge'
import { PagePicture } from './PagePicture'
import { Pager } from './Pager'
import { highlightSpans } from './passage'

type Props = {
  shown: Shown
  /** The cited page, from 1. */
  page: number
  /** Level of the heading above. */
  level: number
}

/**
 * A document page by page, beginning with the cited one: its picture with the passage marked, drawn by the server, and
 * its text, which is always there for screen readers and in place of the picture for whoever wants it or where none is.
 */
export function PagePreview({ shown, page, level }: Props) {
  const { t } = useI18n()
  const acting = useActingCase()
  const source = useMemo(() => ({ document: shown.document, file: shown.file ?? null }), [shown.document, shown.file])
  const marks = useMemo(() => highlightSpans(shown), [shown])
  const [at, setAt] = useState(page)
  const [count, setCount] = useState(0)
  const [text, setText] = useState<PageText | null>(null)
  const [asText, setAsText] = useState(false)
  const [missing, setMissing] = useState(false)
  useEffect(() => {
    let current = true
    setText(null)
    setMissing(false)
    // Without the page's text the picture and the quote below it are still there.
    fetchPageText(source, at, acting).then((found) => {
      if (!current) return
      setText(found)
      setCount(found.pages)
    }, () => undefined)
    return () => {
      current = false
    }
  }, [source, at, acting])
  const turn = (by: number) => setAt((old) => Math.min(Math.max(1, old + by), Math.max(count, old)))
  const marked = text !== null && marks.some(([from, to]) => from < text.char_to && to > text.char_from)
  const name = t(count ? 'preview.page.of' : 'source.page.of', { page: at, count, name: shown.title }) + (marked ? t('preview.page.marked') : '')
  const readable = asText || missing
  return (
    <div className="page-preview">
      <div className="preview-bar">
        {count > 1 ? <Pager what="page" value={at} count={count} onChange={setAt} /> : <p className="hint">{t('source.page', { page: at })}</p>}
        {at !== page && <Button icon="pin" label={t('preview.cited')} onClick={() => setAt(page)} />}
        {text && !missing && <Button icon="summary" label={t('preview.astext')} aria-pressed={asText} onClick={() => setAsText(!asText)} />}
      </div>
      <p className="sr-only" role="status">{t('source.page', { page: at })}</p>
      {!readable && <PagePicture address={pageImage(source, at, marks, acting)} name={name} onTurn={turn} onMissing={() => setMissing(true)} />}
      {missing && <p className="hint">{t('source.nopicture')}</p>}
      {text?.notes?.map((note) => <p key={note.code} className="hint">{note.detail}</p>)}
      {text && (
        // Scrolls where it is seen.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className={readable ? 'doc-text' : 'sr-only'} role="region" aria-label={t('preview.pagetext', { page: at })} tabIndex={readable ? 0 : undefined} lang="de">
          {text.header?.length ? <PageEdge kind="page_header" lines={text.header.join('\n')} /> : null}
          {text.blocks.length > 0 ? <Blocks span={text} marks={marks} level={level} /> : <p>{t('preview.notext')}</p>}
          {text.footer?.length ? <PageEdge kind="page_footer" lines={text.footer.join('\n')} /> : null}
        </div>
      )}
    </div>
  )
}
