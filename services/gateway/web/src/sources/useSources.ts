// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useRef, useState } from 'react'
import type { Citation } from '../api/types'

export type OpenSources = { key: string; citations: Citation[]; active: number }

/** Which citations stand open at the side, and where the focus goes back to. */
export function useSources() {
  const [open, setOpen] = useState<OpenSources | null>(null)
  const from = useRef<HTMLElement | null>(null)
  const show = useCallback((key: string, citations: Citation[], n: number, button: HTMLElement) => {
    from.current = button
    setOpen({ key, citations, active: n })
  }, [])
  const choose = useCallback((n: number) => setOpen((old) => old && { ...old, active: n }), [])
  const close = useCallback(() => {
    setOpen(null)
    const target = from.current
    requestAnimationFrame(() => (target?.isConnected ? target : document.getElementById('main'))?.focus())
  }, [])
  return { open, show, choose, close }
}
export type Sources = ReturnType<typeof useSources>
