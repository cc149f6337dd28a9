// SPDX-License-Identifier: EUPL-1.2
import type { Locale } from '../api/types'

export type Theme = 'system' | 'light' | 'dark' | 'contrast'
export type Speak = 'start' | 'whole' | 'notice'
export type Settings = { theme: Theme; size: 100 | 125 | 150; whole: boolean; speak: Speak; locale: Locale }

const KEY = 'genius.display'
export const DEFAULTS: Settings = { theme: 'system', size: 100, whole: false, speak: 'start', locale: 'de' }

const oneOf = <T>(value: unknown, allowed: readonly T[], otherwise: T): T => (allowed.includes(value as T) ? (value as T) : otherwise)

/** Only how things look goes into localStorage: office PCs are shared, so nothing that anyone wrote may stay there. */
export function loadSettings(): Settings {
  let raw: Record<string, unknown> = {}
  try {
    raw = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown>
  } catch {
    raw = {}
  }
  return {
    theme: oneOf(raw['theme'], ['system', 'light', 'dark', 'contrast'] as const, DEFAULTS.theme),
    size: oneOf(raw['size'], [100, 125, 150] as const, DEFAULTS.size),
    whole: raw['whole'] === true,
    speak: oneOf(raw['speak'], ['start', 'whole', 'notice'] as const, DEFAULTS.speak),
    locale: oneOf(raw['locale'], ['de', 'en'] as const, DEFAULTS.locale),
  }
}

export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings))
  } catch {
    // Storage switched off by policy: the settings then last as long as the page.
  }
}

/** Writes the settings onto `<html>`, where the style sheets read them. */
export function applySettings(settings: Settings): void {
  const root = document.documentElement
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  const contrast = settings.theme === 'contrast' || (settings.theme === 'system' && matchMedia('(prefers-contrast: more)').matches)
  const theme = settings.theme === 'light' || settings.theme === 'dark' ? settings.theme : dark ? 'dark' : 'light'
  root.dataset['kernTheme'] = theme
  root.dataset['contrast'] = contrast ? 'high' : 'normal'
  root.dataset['size'] = String(settings.size)
}
