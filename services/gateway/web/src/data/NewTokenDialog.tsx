// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useRef, useState } from 'react'
import { makeToken, TOKEN_SCOPES, type TokenScope } from '../api/tokens'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { CopyButton } from '../kern/CopyButton'
import { Dialog } from '../kern/Dialog'
import { Note } from '../kern/Note'
import { Radios } from '../kern/Radios'
import { TextInput } from '../kern/TextInput'

const DAYS = [30, 90, 365] as const
const MOST_CHARS = 80

/** Name, uses and end of a new key; then the key itself, which is told here and nowhere else. */
export function NewTokenDialog({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const { t, plural } = useI18n()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly TokenScope[]>([])
  const [days, setDays] = useState<number>(90)
  const [asked, setAsked] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [made, setMade] = useState<string | null>(null)
  const secret = useRef<HTMLInputElement>(null)
  useEffect(() => secret.current?.select(), [made])
  const make = () => {
    setAsked(true)
    setError(null)
    if (!name.trim() || !scopes.length) return
    setWorking(true)
    makeToken({ name: name.trim(), scopes: [...scopes], expires_in_days: days }).then((answer) => {
      setMade(answer.token)
      onMade()
    }, (reason: unknown) => {
      setWorking(false)
      setError(reason)
    })
  }
  if (made !== null) {
    return (
      <Dialog title={t('token.made')} onClose={onClose} closeLabel={t('token.made.close')}>
        <Note kind="warning" alert>{t('token.made.once')}</Note>
        <div className="field">
          <label htmlFor="token-made">{t('token.made.label')}</label>
          <input id="token-made" ref={secret} className="input token-made" readOnly value={made} spellCheck={false} autoComplete="off" />
        </div>
        <p><CopyButton variant="secondary" text={() => made} /></p>
        <p className="hint">{t('token.made.use')}</p>
      </Dialog>
    )
  }
  const missing = asked && !scopes.length
  return (
    <Dialog title={t('token.new')} onClose={onClose} footer={<Button variant="primary" label={t('token.new.go')} disabled={working} onClick={make} />}>
      {error !== null && <ErrorNote error={error} />}
      <TextInput label={t('token.name')} hint={t('token.name.hint')} value={name} maxLength={MOST_CHARS} required onChange={setName} error={asked && !name.trim() ? t('form.error.required') : undefined} />
      <fieldset className="kern-fieldset token-scopes" aria-describedby={missing ? 'token-scopes-error' : undefined}>
        <legend>{t('token.scopes')}</legend>
        {TOKEN_SCOPES.map((scope) => (
          <Check key={scope} label={t(`token.scope.${scope}`)} checked={scopes.includes(scope)} invalid={missing || undefined} onChange={(on) => setScopes((old) => (on ? [...old, scope] : old.filter((other) => other !== scope)))} />
        ))}
        {missing && <p className="field-error" id="token-scopes-error" role="alert">{t('token.scopes.missing')}</p>}
        <p className="hint">{t('token.scopes.hint')}</p>
      </fieldset>
      <Radios legend={t('token.days')} name="token-days" value={days} onChange={setDays} options={DAYS.map((count) => [count, plural('data.period', count)] as const)} />
    </Dialog>
  )
}
