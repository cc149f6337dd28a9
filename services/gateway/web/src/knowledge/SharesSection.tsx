// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useId, useState, type FormEvent } from 'react'
import { endShare, fetchBaseShares, offerShare, type Share } from '../api/shares'
import type { KnowledgeBase } from '../api/types'
import { announcer } from '../chat/announcer'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { ConfirmDialog } from '../kern/ConfirmDialog'
import { useLoad } from '../useLoad'

/** Other authorities that it was offered to, with whether they have accepted; and the offer to one more. */
export function SharesSection({ base }: { base: KnowledgeBase }) {
  const { t, date } = useI18n()
  const id = useId()
  const shares = useLoad(useCallback(() => fetchBaseShares(base.id), [base.id]))
  const [chosen, setChosen] = useState('')
  const [ending, setEnding] = useState<Share | null>(null)
  const [error, setError] = useState<unknown>(null)
  const items = shares.data?.items ?? []
  const others = shares.data?.authorities ?? []
  const offer = (event: FormEvent) => {
    event.preventDefault()
    setError(null)
    void offerShare(base.id, chosen || (others[0]?.id ?? '')).then(() => {
      setChosen('')
      announcer.status(t('shares.offered.done'))
      shares.reload()
    }, setError)
  }
  const since = (share: Share): string => (share.accepted_at ? t('shares.accepted.since', { date: date(share.accepted_at) }) : t('shares.offered.since', { date: date(share.offered_at) }))
  return (
    <section className="grants" aria-labelledby={`${id}t`}>
      <h3 id={`${id}t`}>{t('shares.title')}</h3>
      <p className="hint">{t('shares.what')}</p>
      {error !== null && <ErrorNote error={error} />}
      {shares.error !== null && <ErrorNote error={shares.error} />}
      {items.length > 0 && (
        <ul className="shares" aria-labelledby={`${id}t`}>
          {items.map((share) => (
            <li key={share.id}>
              <div><strong>{share.authority.name}</strong><span className="hint">{since(share)}</span></div>
              <Badge kind={share.state === 'accepted' ? 'success' : 'info'} label={t(`shares.state.${share.state}`)} />
              <Button variant="secondary" label={t('shares.end')} aria-label={t('shares.end.of', { name: share.authority.name })} aria-haspopup="dialog" onClick={() => setEnding(share)} />
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <form className="form" onSubmit={offer}>
          <div className="field">
            <label htmlFor={`${id}s`}>{t('shares.authority')}</label>
            <select id={`${id}s`} className="input" value={chosen || others[0]?.id} onChange={(event) => setChosen(event.target.value)}>
              {others.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
            </select>
          </div>
          <p><Button type="submit" variant="secondary" icon="share" label={t('shares.offer')} /></p>
        </form>
      )}
      {ending && (
        <ConfirmDialog title={t('shares.end.title')} text={t('shares.end.text', { name: ending.authority.name, base: base.name })} confirm={t('shares.end')} onClose={() => setEnding(null)} act={() => endShare(ending.id)} onDone={() => {
          setEnding(null)
          announcer.status(t('shares.ended'))
          shares.reload()
        }} />
      )}
    </section>
  )
}
