// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { drawCheck, type CheckWithItems } from '../api/inspection'
import { ErrorNote } from '../errors'
import { ErrorSummary } from '../forms/ErrorSummary'
import { useI18n, type Key } from '../i18n'
import { Button } from '../kern/Button'
import { TextInput } from '../kern/TextInput'
import { boundsOf, check, recent, sizeOf, type Wrong } from './period'

const LABELS: Record<keyof Wrong, Key> = { since: 'aud.since', size: 'ins.size', seed: 'ins.seed' }

/** Period, size and, for who wants to repeat a draw, its lot. */
export function DrawForm({ onDrawn }: { onDrawn: (drawn: CheckWithItems) => void }) {
  const { t } = useI18n()
  const id = useId()
  const [period, setPeriod] = useState(() => recent(new Date()))
  const [size, setSize] = useState('20')
  const [seed, setSeed] = useState('')
  const [wrong, setWrong] = useState<Wrong>({})
  const [serial, setSerial] = useState(0)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const draw = (event: FormEvent) => {
    event.preventDefault()
    const found = check(period, size, seed)
    const bounds = boundsOf(period)
    const many = sizeOf(size)
    setWrong(found)
    setError(null)
    if (Object.keys(found).length > 0 || !bounds || many === null) return setSerial((old) => old + 1)
    setWorking(true)
    drawCheck({ ...bounds, size: many, ...(seed.trim() ? { seed: seed.trim() } : {}) }).then(onDrawn, (reason: unknown) => {
      setWorking(false)
      setError(reason)
    })
    return undefined
  }
  const textOf = (name: keyof Wrong): string | undefined => (wrong[name] ? t(wrong[name]) : undefined)
  const errors = (Object.keys(wrong) as (keyof Wrong)[]).map((name) => ({ id: `${id}${name}`, label: t(LABELS[name]), text: textOf(name) ?? '' }))
  return (
    <form className="form draw" noValidate onSubmit={draw} aria-label={t('ins.draw')}>
      {errors.length > 0 && <ErrorSummary errors={errors} serial={serial} />}
      {error !== null && <ErrorNote error={error} />}
      <div className="fields">
        <TextInput id={`${id}since`} type="date" label={t('aud.since')} value={period.since} error={textOf('since')} onChange={(since) => setPeriod((old) => ({ ...old, since }))} />
        <TextInput type="date" label={t('aud.until')} value={period.until} onChange={(until) => setPeriod((old) => ({ ...old, until }))} />
        <TextInput id={`${id}size`} label={t('ins.size')} value={size} error={textOf('size')} inputMode="numeric" autoComplete="off" onChange={setSize} />
      </div>
      <details open={Boolean(seed || wrong.seed) || undefined}>
        <summary>{t('ins.seed.own')}</summary>
        <TextInput id={`${id}seed`} label={t('ins.seed')} hint={t('ins.seed.hint')} value={seed} error={textOf('seed')} autoComplete="off" spellCheck={false} onChange={setSeed} />
      </details>
      <div className="row"><Button type="submit" variant="primary" icon="plus" label={t('ins.draw.go')} disabled={working} /></div>
    </form>
  )
}
