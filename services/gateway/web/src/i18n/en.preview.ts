// SPDX-License-Identifier: EUPL-1.2
import type { dePreview } from './de.preview'

export const enPreview: Record<keyof typeof dePreview, string> = {
  'preview.page': 'Page',
  'preview.page.back': 'Previous page',
  'preview.page.on': 'Next page',
  'preview.part': 'Part',
  'preview.part.back': 'Previous part',
  'preview.part.on': 'Next part',
  'preview.part.failed': 'This part could not be loaded. You see the cited passage only.',
  'preview.of': 'of {count}',
  'preview.cited': 'To the cited passage',
  'preview.text': 'Text of “{name}”',
  'preview.text.part': 'Text of “{name}”, part {n} of {count}',
  'preview.closed': 'The document cannot be opened here: it was deleted, is not open to you, or the server does not answer. You see the cited passage.',
  'preview.columns.above': 'Column names from further up',
  'preview.mark.from': 'Start of the cited passage:',
  'preview.mark.to': 'End of the cited passage',
}
