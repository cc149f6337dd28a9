// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'

/** Nearer than this to the end counts as reading at the end, in CSS px. */
const NEAR = 80

const MARGIN = 20

/**
 * Follows growing text only while one reads at its end, and only until the question has reached the top: who wants to
 * read the answer from its beginning need not chase it. Says when one is away from the end.
 */
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
    const end = box.scrollHeight - box.clientHeight
    const question = [...box.querySelectorAll<HTMLElement>('.message--user')].at(-1)
    const top = question ? question.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - MARGIN : end
    if (stick.current) box.scrollTop = box.scrollTop > top ? end : Math.min(end, top)
    else setAway(box.scrollHeight - box.scrollTop - box.clientHeight >= NEAR)
  }, [scroller])
  return { away, toEnd, follow }
}
