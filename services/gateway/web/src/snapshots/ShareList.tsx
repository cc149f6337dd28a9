// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { endSnapshot, type Snapshot } from '../api/snapshots'
import { announcer } from '../chat/announcer'
import { ErrorNote } from '../errors'
import { useI18n, type I18n } from '../i18n'
import { Button } from '../kern/Button'
import { ConfirmDialog } from '../kern/ConfirmDialog'

/** "mit b.yilmaz, Referat 401 · geteilt am … · lesbar bis …". */
export function about(snapshot: Snapshot, { t, date, plural }: I18n): string {
  const names = snapshot.recipients.map((recipient) => recipient.name).join(', ')
  const who = snapshot.own ? t('shared.to', { names }) : t('shared.by', { name: snapshot.shared_by })
  return [who, plural('shared.messages', snapshot.messages), t('shared.since', { date: date(snapshot.created_at) }), t('shared.until', { date: date(snapshot.expires_at) })].join(' · ')
}

/** What the person shares, each with the way to end it. In a dialog the end needs no second one. */
export function ShareList({ shares, onEnded, ask = true, labelledBy }: { shares: Snapshot[]; onEnded: (id: string) => void; ask?: boolean; labelledBy: string }) {
  const i18n = useI18n()
  const { t } = i18n
  const [ending, setEnding] = useState<Snapshot | null>(null)
  const [error, setError] = useState<unknown>(null)
  const ended = (id: string) => {
    setEnding(null)
    setError(null)
    announcer.status(t('shared.ended'))
    onEnded(id)
  }
  return (
    <>
      {error !== null && <ErrorNote error={error} />}
      <ul className="shares" aria-labelledby={labelledBy}>
        {shares.map((share) => {
          const title = share.title || t('chat.untitled')
          return (
            <li key={share.id}>
              <div>{ask && <strong>{title}</strong>}<span className="hint">{about(share, i18n)}</span></div>
              <Button variant="secondary" label={t('shared.end')} aria-label={t('shared.end.of', { title })} aria-haspopup={ask ? 'dialog' : undefined} onClick={() => (ask ? setEnding(share) : void endSnapshot(share.id).then(() => ended(share.id), setError))} />
            </li>
          )
        })}
      </ul>
      {ending && <ConfirmDialog title={t('shared.end.title')} text={t('shared.end.text', { title: ending.title || t('chat.untitled') })} confirm={t('shared.end')} onClose={() => setEnding(null)} act={() => endSnapshot(ending.id)} onDone={() => ended(ending.id)} />}
    </>
  )
}
