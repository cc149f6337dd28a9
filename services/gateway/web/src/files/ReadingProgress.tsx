// SPDX-License-Identifier: EUPL-1.2
import type { DocumentState } from '../api/types'
import { useI18n, type I18n } from '../i18n'

/** How far the reading of a document is, in words; nothing where there is nothing to count. */
export function workingText({ working }: DocumentState, { t, number }: I18n): string | null {
  return working ? t(`file.working.${working.what}`, { done: number(working.done), total: number(working.total) }) : null
}

/** A bar that is there from the first to the last step, so that nothing jumps; its words say what it shows. */
export function ReadingProgress({ document }: { document: DocumentState }) {
  const i18n = useI18n()
  if (document.state !== 'parsing' && document.state !== 'indexing') return null
  const text = workingText(document, i18n) ?? i18n.t(`file.${document.state}`)
  return <span className="hint reading"><progress max={1} value={document.progress ?? 0} aria-label={text} aria-valuetext={text} /><span aria-hidden="true">{text}</span></span>
}
