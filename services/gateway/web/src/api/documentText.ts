// SPDX-License-Identifier: EUPL-1.2
import type { Reason } from './types'

export type TextSpan = { text: string; char_from: number; char_to: number }
/** A piece of a document with one role; offsets count characters of the whole text and may lie outside of the span shown. */
export type TextBlock = {
  kind: 'heading' | 'paragraph' | 'list' | 'table' | 'page_header' | 'page_footer'
  char_from: number
  char_to: number
  level?: number | null
  place?: string
  columns?: string
}
export type TextSection = { path: string[]; char_from: number; char_to: number; source_id?: string | null }
export type DocumentText = TextSpan & { length: number; sections: TextSection[]; blocks: TextBlock[]; part_starts: number[] }
/** `notes`: what to know of how the page was read; `header` and `footer`: lines that repeat on other pages. */
export type PageText = TextSpan & { pages: number; blocks: TextBlock[]; header?: string[]; footer?: string[]; notes?: Reason[] }
