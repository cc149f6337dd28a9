// SPDX-License-Identifier: EUPL-1.2
import type { deExtract } from './de.extract'

export const enExtract: Record<keyof typeof deExtract, string> = {
  'module.how.extract': 'Only what rules recognise for sure is read.',
  'extract.title': 'Data that was read',
  'extract.field': 'Field',
  'extract.value': 'Value',
  'extract.how': 'Told by',
  'extract.required': 'required',
  'extract.missing': 'not found',
  'extract.yes': 'Yes',
  'extract.no': 'No',
  'extract.rows.one': '{count} row',
  'extract.rows.other': '{count} rows',
  'extract.state.missing': 'missing',
  'extract.state.invalid': 'impossible',
  'extract.state.ambiguous': 'several values',
  'extract.how.form': 'form field',
  'extract.how.label': 'label',
  'extract.how.similar': 'similar label',
  'extract.how.near': 'words before it',
  'extract.how.column': 'column',
  'extract.how.only': 'the only one of its kind',
  'extract.how.model': 'suggested by the model',
  'extract.check': 'The numbers open the place in the document. What is impossible or ambiguous is never replaced: please decide.',
}
