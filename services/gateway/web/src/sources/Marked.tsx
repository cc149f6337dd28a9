// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import type { Piece } from './passage'

/** Text with its cited pieces marked, and the marks in words: most screen readers say nothing at a `mark`. */
export function Marked({ text }: { text: Piece[] }) {
  const { t } = useI18n()
  return text.map((piece, i) => (piece.marked
    ? (
        // A page's pieces never change their order.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={i}>
          <span className="sr-only">[{t('preview.mark.from')} </span>
          <mark>{piece.text}</mark>
          <span className="sr-only"> {t('preview.mark.to')}]</span>
        </span>
      )
    : <span key={i}>{piece.text}</span>))
}
