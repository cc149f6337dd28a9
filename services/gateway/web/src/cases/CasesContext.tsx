// SPDX-License-Identifier: EUPL-1.2
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { fetchCases, type Case } from '../api/cases'
import { useSession } from '../session'

type Value = {
  /** Whether retrievals need a case here (Steuergeheimnis). Elsewhere nothing of this is shown, and nothing asked for. */
  required: boolean
  /** Those that the person has a part in, the last changed first; null while they are not known. */
  cases: readonly Case[] | null
  error: unknown
  reload: () => void
  /** A case that was made just now. */
  add: (made: Case) => void
}
const NONE: Value = { required: false, cases: null, error: null, reload: () => undefined, add: () => undefined }
const Context = createContext<Value>(NONE)
export const useCases = (): Value => useContext(Context)

export function CasesProvider({ children }: { children: ReactNode }) {
  const { me } = useSession()
  const required = me.case_required === true
  const [cases, setCases] = useState<readonly Case[] | null>(null)
  const [error, setError] = useState<unknown>(null)
  const reload = useCallback(() => {
    setError(null)
    fetchCases().then(setCases, setError)
  }, [])
  const reads = required && me.rights?.includes('case.list') === true
  useEffect(() => {
    if (reads) reload()
  }, [reads, reload])
  const add = useCallback((made: Case) => setCases((old) => [made, ...(old ?? []).filter((one) => one.id !== made.id)]), [])
  const value = useMemo(() => (required ? { required, cases, error, reload, add } : NONE), [required, cases, error, reload, add])
  return <Context value={value}>{children}</Context>
}

/** The case that what is shown here is retrieved for: its sources open for it, and for no other one. */
const Acting = createContext<string | null>(null)
export const ActingCase = Acting.Provider
export const useActingCase = (): string | null => useContext(Acting)
