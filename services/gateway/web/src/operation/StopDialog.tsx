// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { STOP_REASONS, stopModel, type AuthorityLine } from '../api/administration'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Choice } from '../kern/Choice'
import { Dialog } from '../kern/Dialog'

type Props = { models: readonly string[]; authorities: readonly AuthorityLine[]; onClose: () => void; onDone: () => void }

// No name of a model or an id of an authority is empty or a star.
const EVERY = '*'

/** Which model, for whom, and why. */
export function StopDialog({ models, authorities, onClose, onDone }: Props) {
  const { t } = useI18n()
  const id = useId()
  const [model, setModel] = useState('')
  const [authority, setAuthority] = useState(EVERY)
  const [reason, setReason] = useState<string>(STOP_REASONS[0])
  const [tried, setTried] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const given = (value: string) => (value === EVERY ? null : value)
  const save = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!model) return
    setError(null)
    setWorking(true)
    stopModel(given(model), given(authority), reason).then(onDone, (failure: unknown) => {
      setWorking(false)
      setError(failure)
    })
  }
  const active = authorities.filter((one) => one.state !== 'gone')
  return (
    <Dialog title={t('ops.stop')} onClose={onClose} footer={<Button type="submit" form={`${id}f`} variant="primary" className="danger" disabled={working} label={t('ops.stop.now')} />}>
      {error !== null && <ErrorNote error={error} />}
      <p>{t('ops.stop.effect')}</p>
      <form id={`${id}f`} noValidate onSubmit={save} className="form">
        <Choice label={t('ops.model.id')} value={model} required error={tried && !model ? t('form.error.required') : undefined} onChange={setModel} options={[['', t('ops.stop.choose')], ...models.map((one) => [one, one] as const), [EVERY, t('ops.stop.every')]]} />
        <Choice label={t('ops.stop.whom')} value={authority} required onChange={setAuthority} options={[[EVERY, t('ops.stop.everybody')], ...active.map((one) => [one.id, one.name] as const)]} />
        <Choice label={t('ops.stop.reason')} value={reason} required onChange={setReason} options={STOP_REASONS.map((one) => [one, t(`ops.stop.reason.${one}`)] as const)} />
      </form>
    </Dialog>
  )
}
