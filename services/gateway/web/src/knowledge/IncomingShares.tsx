// SPDX-License-Identifier: EUPL-1.2
import { useId, useState } from 'react'
import { acceptShare, endShare, fetchIncomingShares, type IncomingShare } from '../api/shares'
import { announcer } from '../chat/announcer'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { ConfirmDialog } from '../kern/ConfirmDialog'
import { ProtectionBadge } from '../protection/ProtectionBadge'
import { useModules } from '../session'
import { useLoad } from '../useLoad'
import { nameOfUse } from './uses'

/** What other authorities offer to one's own, to accept or decline; and what was accepted, to end. */
export function IncomingShares({ onChange }: { onChange: () => void }) {
  const i18n = useI18n()
  const { t, date } = i18n
  const modules = useModules()
  const id = useId()
  const shares = useLoad(fetchIncomingShares)
  const [ending, setEnding] = useState<IncomingShare | null>(null)
  const [error, setError] = useState<unknown>(null)
  const changed = (said: string) => {
    setEnding(null)
    setError(null)
    announcer.status(said)
    shares.reload()
    onChange()
  }
  if (shares.error !== null) return <ErrorNote error={shares.error} />
  if (!shares.data?.length) return null
  const offered = (share: IncomingShare): boolean => share.state === 'offered'
  return (
    <section className="grants incoming" aria-labelledby={`${id}t`}>
      <h2 id={`${id}t`}>{t('incoming.title')}</h2>
      <p className="hint">{t('incoming.what')}</p>
      {error !== null && <ErrorNote error={error} />}
      <ul className="shares" aria-labelledby={`${id}t`}>
        {shares.data.map((share) => (
          <li key={share.id}>
            <div>
              <strong>{share.name}</strong>
              <span className="hint">{t('incoming.by', { name: share.authority.name })} · {share.accepted_at ? t('shares.accepted.since', { date: date(share.accepted_at) }) : t('shares.offered.since', { date: date(share.offered_at) })}</span>
              {share.purpose && <span className="hint">{t('purpose.is', { purpose: share.purpose })}</span>}
              {share.uses && <span className="hint">{t('purpose.uses.are', { uses: share.uses.map((use) => nameOfUse(use, modules, i18n)).join(', ') })}</span>}
              <ProtectionBadge value={share.protection_class} />
            </div>
            {offered(share) && <Button variant="primary" icon="check" label={t('incoming.accept')} aria-label={t('incoming.accept.of', { name: share.name })} onClick={() => void acceptShare(share.id).then(() => changed(t('incoming.accepted')), setError)} />}
            <Button variant="secondary" label={t(offered(share) ? 'incoming.decline' : 'shares.end')} aria-label={t(offered(share) ? 'incoming.decline.of' : 'incoming.end.of', { name: share.name })} aria-haspopup="dialog" onClick={() => setEnding(share)} />
          </li>
        ))}
      </ul>
      {ending && <ConfirmDialog title={t(offered(ending) ? 'incoming.decline.title' : 'shares.end.title')} text={t(offered(ending) ? 'incoming.decline.text' : 'incoming.end.text', { name: ending.name })} confirm={t(offered(ending) ? 'incoming.decline' : 'shares.end')} onClose={() => setEnding(null)} act={() => endShare(ending.id)} onDone={() => changed(t(offered(ending) ? 'incoming.declined' : 'shares.ended'))} />}
    </section>
  )
}
