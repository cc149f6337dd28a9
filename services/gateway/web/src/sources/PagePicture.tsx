// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'

/** Widths of the picture in parts of its frame. */
const WIDTHS = [1, 1.5, 2, 3]

type Props = {
  address: string
  /** What the picture shows, in words. */
  name: string
  onTurn: (by: -1 | 1) => void
  onMissing: () => void
}

/** The picture of a page in a frame that scrolls: the arrow and page keys turn pages, plus and minus make it larger. */
export function PagePicture({ address, name, onTurn, onMissing }: Props) {
  const { t } = useI18n()
  const help = useId()
  const frame = useRef<HTMLDivElement>(null)
  const [step, setStep] = useState(0)
  // The browser keeps the old picture until the new one is there; it must not pass for the new page.
  const [drawn, setDrawn] = useState('')
  const width = WIDTHS[step] ?? 1
  const zoom = (by: number) => setStep((old) => Math.min(Math.max(0, old + by), WIDTHS.length - 1))
  useEffect(() => {
    if (frame.current) frame.current.scrollTop = 0
  }, [address])
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const act = keys(event.key, { larger: width > 1, zoom, reset: () => setStep(0), turn: onTurn })
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
        <img src={address} alt={name} style={{ width: `${width * 100}%` }} onLoad={() => setDrawn(address)} onError={onMissing} />
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
