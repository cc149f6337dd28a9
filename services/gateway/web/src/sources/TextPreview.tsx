// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { fetchPart } from '../api/endpoints'
import type { DocumentText } from '../api/documentText'
import type { Shown } from '../api/types'
import { useActingCase } from '../cases/CasesContext'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Blocks } from './Blocks'
import { Pager } from './Pager'
import { highlightSpans } from './passage'

type Props = {
  shown: Shown
  /** Level of the heading above. */
  level: number
  /** Stands here until the document is there, and instead of it where the reader may not open it. */
  otherwise: ReactNode
}

/** A document without pages, part by part, beginning where the cited passage stands, which is marked. */
export function TextPreview({ shown, level, otherwise }: Props) {
  const { t } = useI18n()
  const acting = useActingCase()
  const box = useRef<HTMLDivElement>(null)
  const source = useMemo(() => ({ document: shown.document, file: shown.file ?? null }), [shown.document, shown.file])
  const marks = useMemo(() => highlightSpans(shown), [shown])
  const cited = Math.min(...marks.map(([from]) => from))
  // An object, so that "to the passage" also scrolls back inside of the part that is shown.
  const [wanted, setWanted] = useState({ at: cited })
  const [part, setPart] = useState<DocumentText | null>(null)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    let current = true
    fetchPart(source, wanted.at, acting).then((found) => {
      if (!current) return
      setPart(found)
      setFailed(false)
    }, () => current && setFailed(true))
    return () => {
      current = false
    }
  }, [source, wanted, acting])
  useEffect(() => {
    if (box.current) scrollToMark(box.current)
  }, [part])
  if (failed) return <><p className="hint">{t(part ? 'preview.part.failed' : 'preview.closed')}</p>{otherwise}</>
  if (part === null) return otherwise
  const number = part.part_starts.findLastIndex((start) => start <= part.char_from) + 1
  const count = part.part_starts.length
  const name = count > 1 ? t('preview.text.part', { name: shown.title, n: number, count }) : t('preview.text', { name: shown.title })
  const here = cited >= part.char_from && cited < part.char_to
  return (
    <div className="text-preview">
      {count > 1 && (
        <div className="preview-bar">
          <Pager what="part" value={number} count={count} onChange={(n) => setWanted({ at: part.part_starts[n - 1] ?? 0 })} />
          {!here && <Button icon="pin" label={t('preview.cited')} onClick={() => setWanted({ at: cited })} />}
          <p className="sr-only" role="status">{name}</p>
        </div>
      )}
      {/* It scrolls, so it must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={box} className="doc-text" role="region" aria-label={name} tabIndex={0} lang="de"><Blocks span={part} marks={marks} level={level} /></div>
    </div>
  )
}

/** Inside of the box alone: the panel around it stays where the reader has it. */
function scrollToMark(box: HTMLElement) {
  const mark = box.querySelector('mark')
  box.scrollTop = mark ? box.scrollTop + mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 4 : 0
}
