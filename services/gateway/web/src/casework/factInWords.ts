// SPDX-License-Identifier: EUPL-1.2
import type { I18n } from '../i18n'

/** The value of a fact in words. */
export function factInWords(value: unknown, { t, number }: I18n): string {
  if (value === null || value === undefined || value === '') return t('work.facts.none')
  if (typeof value === 'boolean') return t(value ? 'work.facts.yes' : 'work.facts.no')
  if (typeof value === 'number') return number(value)
  if (Array.isArray(value)) return value.length === 0 ? t('work.facts.empty') : value.map(String).join(', ')
  return typeof value === 'object' ? Object.values(value).map(String).join(', ') : String(value)
}
