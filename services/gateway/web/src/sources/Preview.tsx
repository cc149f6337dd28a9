// SPDX-License-Identifier: EUPL-1.2
import type { ReactNode } from 'react'
import type { Shown } from '../api/types'
import { PagePreview } from './PagePreview'
import { TextPreview } from './TextPreview'

/**
 * A hit or citation in its document: the picture of its page, or where there are no pages its part of the text.
 * `level`: of the heading above. `otherwise`: what stands there where the document can't be opened.
 */
export function Preview({ shown, level = 3, otherwise = null }: { shown: Shown; level?: number; otherwise?: ReactNode }) {
  const key = `${shown.file ?? shown.document} ${shown.char_from}`
  return shown.page ? <PagePreview key={key} shown={shown} page={shown.page} level={level} /> : <TextPreview key={key} shown={shown} level={level} otherwise={otherwise} />
}
