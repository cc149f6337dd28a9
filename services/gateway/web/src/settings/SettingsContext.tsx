// SPDX-License-Identifier: EUPL-1.2
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { I18nProvider } from '../i18n'
import { applySettings, DEFAULTS, loadSettings, saveSettings, type Settings } from './settings'

type Value = { settings: Settings; change: (part: Partial<Settings>) => void }
const Context = createContext<Value>({ settings: DEFAULTS, change: () => undefined })
export const useSettings = (): Value => useContext(Context)

export function SettingsProvider({ children }: { children: ReactNode }) {
  const [settings, setSettings] = useState(loadSettings)
  useEffect(() => {
    applySettings(settings)
    saveSettings(settings)
    const media = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((query) => matchMedia(query))
    const follow = () => applySettings(settings)
    for (const query of media) query.addEventListener('change', follow)
    return () => {
      for (const query of media) query.removeEventListener('change', follow)
    }
  }, [settings])
  const value = useMemo(() => ({ settings, change: (part: Partial<Settings>) => setSettings((old) => ({ ...old, ...part })) }), [settings])
  return <Context value={value}><I18nProvider locale={settings.locale}>{children}</I18nProvider></Context>
}
