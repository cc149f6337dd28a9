// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useState, type FormEvent } from 'react'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'

type Props = {
  what: 'page' | 'part'
  /** From 1 to `count`. */
  value: number
  count: number
  onChange: (value: number) => void
}

/** "Seite 3 von 12" with its number to type, one back and one on. Buttons at an end keep the focus. */
export function Pager({ what, value, count, onChange }: Props) {
  const { t } = useI18n()
  const id = useId()
  const [typed, setTyped] = useState(String(value))
  useEffect(() => setTyped(String(value)), [value])
  const go = (wanted: number) => {
    const number = Math.min(Math.max(1, wanted), count)
    setTyped(String(number))
    if (number !== value) onChange(number)
  }
  const commit = (event?: FormEvent) => {
    event?.preventDefault()
    if (/^\d{1,6}$/.test(typed.trim())) go(Number(typed))
    else setTyped(String(value))
  }
  return (
    <form className="pager" onSubmit={commit} noValidate>
      <Button icon="left" iconOnly label={t(`preview.${what}.back`)} aria-disabled={value <= 1} onClick={() => go(value - 1)} />
      <label htmlFor={id}>{t(`preview.${what}`)}</label>
      <input id={id} className="input" inputMode="numeric" autoComplete="off" value={typed} aria-describedby={`${id}of`} onChange={(event) => setTyped(event.target.value)} onBlur={() => commit()} />
      <span id={`${id}of`}>{t('preview.of', { count })}</span>
      <Button icon="right" iconOnly label={t(`preview.${what}.on`)} aria-disabled={value >= count} onClick={() => go(value + 1)} />
    </form>
  )
}
