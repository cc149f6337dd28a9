// SPDX-License-Identifier: EUPL-1.2
import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react'
import type { Label, Locale } from '../api/types'
import { de, type Key } from './de'
import { en } from './en'

export type { Key } from './de'
export type Params = Record<string, string | number>

export function translate(locale: Locale, key: Key, params: Params = {}): string {
  const text: string = (locale === 'en' ? en : de)[key]
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}

/** Keys that come as `x.one` and `x.other`. */
type PluralKey = { [K in Key]: K extends `${infer Base}.other` ? (`${Base}.one` extends Key ? Base : never) : never }[Key]

/** As file managers in offices count. */
const MEGABYTE = 1024 * 1024

export function makeI18n(locale: Locale) {
  const tag = locale === 'en' ? 'en-GB' : 'de-DE'
  const numbers = new Intl.NumberFormat(tag)
  const percents = new Intl.NumberFormat(tag, { style: 'percent' })
  const dates = new Intl.DateTimeFormat(tag, { dateStyle: 'medium' })
  const times = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })
  const clock = new Intl.DateTimeFormat(tag, { timeStyle: 'short' })
  const bytes = (size: number): string =>
    size < MEGABYTE ? `${numbers.format(Math.max(1, Math.round(size / 1024)))} kB` : `${numbers.format(Math.round((size * 10) / MEGABYTE) / 10)} MB`
  return {
    locale,
    t: (key: Key, params?: Params) => translate(locale, key, params),
    plural: (key: PluralKey, count: number) =>
      translate(locale, `${key}.${count === 1 ? 'one' : 'other'}` as Key, { count: numbers.format(count) }),
    label: (label: Label | string | undefined | null, fallback = ''): string =>
      typeof label === 'string' ? label : (label?.[locale] ?? label?.de ?? fallback),
    number: (value: number) => numbers.format(value),
    percent: (share: number) => percents.format(share),
    date: (iso: string) => dates.format(new Date(iso)),
    time: (iso: string) => times.format(new Date(iso)),
    /** Time of day of a moment in ms since 1970. */
    clock: (at: number) => clock.format(at),
    bytes,
  }
}
export type I18n = ReturnType<typeof makeI18n>

const Context = createContext<I18n>(makeI18n('de'))
export const useI18n = (): I18n => useContext(Context)

export function I18nProvider({ locale, children }: { locale: Locale; children: ReactNode }) {
  const value = useMemo(() => makeI18n(locale), [locale])
  useEffect(() => {
    document.documentElement.lang = locale
  }, [locale])
  return <Context value={value}>{children}</Context>
}
