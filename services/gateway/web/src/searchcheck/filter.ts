// SPDX-License-Identifier: EUPL-1.2
/** What narrows a search (`SearchFilter` of the gateway); empty days say nothing. */
export const KINDS = ['pdf', 'text', 'sheet', 'slides', 'mail', 'image', 'web', 'law'] as const
export type Kind = (typeof KINDS)[number]
export type Filter = { kinds: readonly Kind[]; from: string; until: string }
export const NO_FILTER: Filter = { kinds: [], from: '', until: '' }

export const isReversed = ({ from, until }: Filter): boolean => from !== '' && until !== '' && until < from

export const sentOf = ({ kinds, from, until }: Filter): object => ({
  ...(kinds.length > 0 ? { kinds } : {}),
  ...(from ? { uploaded_from: from } : {}),
  ...(until ? { uploaded_until: until } : {}),
})
