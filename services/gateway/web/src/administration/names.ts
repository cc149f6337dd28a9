// SPDX-License-Identifier: EUPL-1.2
import { de } from '../i18n/de'
import type { I18n, Key } from '../i18n'

/** The text for a word of the server's, or the word itself where there is none: a new one must not stay hidden. */
export function named(prefix: string, word: string, t: I18n['t']): string {
  const key = `${prefix}.${word}`
  return key in de ? t(key as Key) : word
}
export const roleName = (role: string, t: I18n['t']): string => named('adm.role', role, t)
export const className = (protectionClass: string, t: I18n['t']): string => named('adm.class', protectionClass, t)

const ORDER = ['offen', 'intern', 'personenbezogen', 'sozialdaten', 'steuergeheimnis']
/** The highest of several protection classes. */
export const highest = (classes: readonly string[]): string => classes.toSorted((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a))[0] ?? ''
