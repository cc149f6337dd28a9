// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { bring, firstMark, inView, middle, type Point } from './marks'

/** Widths of the picture in parts of its frame. */
const WIDTHS = [1, 1.5, 2, 3]

type Props = {
  address: string
  /** What the picture shows, in words. */
  name: string
  onTurn: (by: -1 | 1) => void
  onMissing: () => void
}

/**
 * The picture of a page in a frame that scrolls: the arrow and page keys turn pages, plus and minus make it larger. The
 * marked passage comes into view with the page and stays there when it grows; where none is in view, the middle stays.
 */
export function PagePicture({ address, name, onTurn, onMissing }: Props) {
  const { t } = useI18n()
  const help = useId()
  const frame = useRef<HTMLDivElement>(null)
  const image = useRef<HTMLImageElement>(null)
  const mark = useRef<Point | null>(null)
  const held = useRef<{ point: Point; across: number; down: number } | null>(null)
  const [step, setStep] = useState(0)
  // The browser keeps the old picture until the new one is there; it must not pass for the new page.
  const [drawn, setDrawn] = useState('')
  const width = WIDTHS[step] ?? 1
  const resize = (to: (old: number) => number) => {
    if (frame.current && image.current) {
      const marked = mark.current && inView(frame.current, image.current, mark.current)
      held.current = marked && mark.current ? { point: mark.current, across: 1 / 8, down: 1 / 3 } : { point: middle(frame.current, image.current), across: 1 / 2, down: 1 / 2 }
    }
    setStep((old) => Math.min(Math.max(0, to(old)), WIDTHS.length - 1))
  }
  const zoom = (by: number) => resize((old) => old + by)
  useEffect(() => {
    mark.current = null
    if (frame.current) frame.current.scrollTop = 0
  }, [address])
  useLayoutEffect(() => {
    const at = held.current
    if (at && frame.current && image.current) bring(frame.current, image.current, at.point, at.across, at.down)
  }, [width])
  const onLoad = () => {
    setDrawn(address)
    if (!frame.current || !image.current) return
    mark.current = firstMark(image.current)
    if (mark.current) bring(frame.current, image.current, mark.current, 1 / 8, 1 / 3)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const act = keys(event.key, { larger: width > 1, zoom, reset: () => resize(() => 0), turn: onTurn })
    if (!act) return
    event.preventDefault()
    act()
  }
  return (
    <>
      <div className="preview-bar">
        <Button icon="minus" iconOnly label={t('preview.smaller')} aria-disabled={step === 0} onClick={() => zoom(-1)} />
        <span className="zoom-now">{Math.round(width * 100)} %</span>
        <Button icon="plus" iconOnly label={t('preview.larger')} aria-disabled={step === WIDTHS.length - 1} onClick={() => zoom(1)} />
        <a className="kern-link" href={address} target="_blank" rel="noopener noreferrer">{t('preview.tab')}</a>
      </div>
      {/* It scrolls and answers keys, so it must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <div ref={frame} className="page-frame" role="region" aria-label={t('preview.picture')} aria-describedby={help} aria-busy={drawn !== address} tabIndex={0} onKeyDown={onKey}>
        <img ref={image} src={address} alt={name} style={{ width: `${width * 100}%` }} onLoad={onLoad} onError={onMissing} />
      </div>
      <p id={help} className="hint preview-keys">{t('preview.keys')}</p>
    </>
  )
}

type Actions = { larger: boolean; zoom: (by: number) => void; reset: () => void; turn: (by: -1 | 1) => void }

/** What a key does; nothing where the frame scrolls by itself. */
function keys(key: string, { larger, zoom, reset, turn }: Actions): (() => void) | undefined {
  if (key === '+') return () => zoom(1)
  if (key === '-') return () => zoom(-1)
  if (key === '0') return reset
  if (key === 'PageUp' || (key === 'ArrowLeft' && !larger)) return () => turn(-1)
  if (key === 'PageDown' || (key === 'ArrowRight' && !larger)) return () => turn(1)
  return undefined
}
