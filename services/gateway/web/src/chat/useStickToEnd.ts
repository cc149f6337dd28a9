// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'

/** Nearer than this to the end counts as reading at the end, in CSS px. */
const NEAR = 80

/** Follows growing text only while one reads at its end; says when one is away from it. */
export function useStickToEnd(scroller: RefObject<HTMLElement | null>) {
  const stick = useRef(true)
  const [away, setAway] = useState(false)
  useEffect(() => {
    const box = scroller.current
    if (!box) return undefined
    const look = () => {
      const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR
      stick.current = near
      setAway(!near)
    }
    box.addEventListener('scroll', look, { passive: true })
    return () => box.removeEventListener('scroll', look)
  }, [scroller])
  const toEnd = useCallback((behavior: 'auto' | 'smooth') => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    stick.current = true
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: calm ? 'auto' : behavior })
  }, [scroller])
  const follow = useCallback(() => {
    const box = scroller.current
    if (!box) return
    if (stick.current) box.scrollTop = box.scrollHeight
    else setAway(box.scrollHeight - box.scrollTop - box.clientHeight >= NEAR)
  }, [scroller])
  return { away, toEnd, follow }
}
