// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useState } from 'react'

export type Loading<T> = { data: T | null; error: unknown; reload: () => void; set: (data: T) => void }

/** Asks once when the page opens, and again on `reload`. `ask` must be stable: a function of a module, or from useCallback. */
export function useLoad<T>(ask: () => Promise<T>): Loading<T> {
  const [data, setData] = useState<T | null>(null)
  const [error, setError] = useState<unknown>(null)
  const reload = useCallback(() => {
    setError(null)
    ask().then(setData, setError)
  }, [ask])
  useEffect(reload, [reload])
  return { data, error, reload, set: setData }
}
