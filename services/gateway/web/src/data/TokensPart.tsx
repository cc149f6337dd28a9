// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useState } from 'react'
import { fetchTokens, revokeToken, type ApiToken } from '../api/tokens'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { ConfirmDialog } from '../kern/ConfirmDialog'
import { NewTokenDialog } from './NewTokenDialog'
import { isValid, scopeNames, stateOf } from './tokenText'

/** Keys for one's own programs: what each may do and when it ends; make one, revoke one. */
export function TokensPart() {
  const i18n = useI18n()
  const { t, date } = i18n
  const [tokens, setTokens] = useState<readonly ApiToken[] | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [making, setMaking] = useState(false)
  const [leaving, setLeaving] = useState<ApiToken | null>(null)
  const load = useCallback(() => {
    setError(null)
    fetchTokens().then(setTokens, setError)
  }, [])
  useEffect(load, [load])
  return (
    <section className="data-part" aria-labelledby="data-tokens">
      <h2 id="data-tokens">{t('token.title')}</h2>
      <p>{t('token.lead')}</p>
      {error !== null && <ErrorNote error={error} actions={<Button variant="secondary" label={t('app.retry')} onClick={load} />} />}
      {tokens?.length === 0 && <p>{t('token.none')}</p>}
      {tokens !== null && tokens.length > 0 && (
        <ul className="kept">
          {tokens.map((token) => (
            <li key={token.id}>
              <h3>{token.name}</h3>
              <dl>
                <div><dt>{t('token.state')}</dt><dd>{stateOf(token, i18n)}</dd></div>
                <div><dt>{t('token.scopes')}</dt><dd>{scopeNames(token, i18n)}</dd></div>
                <div><dt>{t('token.used')}</dt><dd>{token.last_used_on ? date(token.last_used_on) : t('token.used.never')}</dd></div>
              </dl>
              {isValid(token) && <p><Button variant="secondary" label={t('token.revoke')} aria-label={t('token.revoke.which', { name: token.name })} aria-haspopup="dialog" onClick={() => setLeaving(token)} /></p>}
            </li>
          ))}
        </ul>
      )}
      <p><Button variant="secondary" icon="plus" label={t('token.new')} aria-haspopup="dialog" onClick={() => setMaking(true)} /></p>
      {making && <NewTokenDialog onClose={() => setMaking(false)} onMade={load} />}
      {leaving && (
        <ConfirmDialog title={t('token.revoke.which', { name: leaving.name })} text={t('token.revoke.text')} confirm={t('token.revoke')} onClose={() => setLeaving(null)} act={() => revokeToken(leaving.id)} onDone={() => {
          setLeaving(null)
          load()
        }} />
      )}
    </section>
  )
}
