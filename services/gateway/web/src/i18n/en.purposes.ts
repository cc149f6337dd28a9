// SPDX-License-Identifier: EUPL-1.2
import type { dePurposes } from './de.purposes'

export const enPurposes: Record<keyof typeof dePurposes, string> = {
  'purpose.title': 'Purpose',
  'purpose.hint': 'What are these documents needed for? For example: information on housing benefit.',
  'purpose.missing': 'Please state the purpose in one sentence.',
  'purpose.uses': 'What may it be used for?',
  'purpose.all': 'All functions and the search',
  'purpose.all.hint': 'Functions that are added later, too.',
  'purpose.some': 'Only what I choose',
  'purpose.some.hint': 'Everything else is refused and recorded, new functions included. Reading and opening sources stays possible.',
  'purpose.choose': 'Allowed uses',
  'purpose.none': 'Please choose at least one use.',
  'purpose.search': 'Search on the page “Knowledge”',
  'purpose.edit': 'Change purpose',
  'purpose.holds': 'The change holds from the next request on, also for authorities that the knowledge base is shared with. It is recorded.',
  'purpose.saved': 'The purpose has been changed.',
  'purpose.unstated': 'No purpose has been stated yet.',
  'purpose.unstated.manage': 'No purpose has been stated yet. Please add it: personal data may be used for specified purposes only.',
  'purpose.uses.are': 'It may be used for: {uses}',
  'purpose.is': 'Purpose: {purpose}',
  'purpose.closed': 'The purpose does not allow this function.',
  'purpose.closed.for': 'Not allowed for this function. Purpose: {purpose}',
  'purpose.search.closed': 'The purpose of this knowledge base does not allow the search on this page. You can still open the documents.',
}
