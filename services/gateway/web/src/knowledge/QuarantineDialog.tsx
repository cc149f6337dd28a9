// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useState } from 'react'
import { fetchCitingAnswers, lockDocument, unlockDocument } from '../api/quarantine'
import type { DocumentState } from '../api/types'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Loaded } from '../kern/Loaded'
import { useSession } from '../session'
import { useLoad } from '../useLoad'

type Props = { document: DocumentState; onClose: () => void; onDone: (state: DocumentState) => void }

/** Locks a document, or lets it hold again, and lists the answers that cite it. */
export function QuarantineDialog({ document, onClose, onDone }: Props) {
  const { t, date, label, number } = useI18n()
  const { modules } = useSession()
  const [error, setError] = useState<unknown>(null)
  const [working, setWorking] = useState(false)
  const answers = useLoad(useCallback(() => fetchCitingAnswers(document.id), [document.id]))
  const locked = Boolean(document.quarantined_at)
  const act = () => {
    setWorking(true)
    const change = locked ? unlockDocument : lockDocument
    change(document.id).then(onDone, (reason: unknown) => {
      setWorking(false)
      setError(reason)
    })
  }
  return (
    <Dialog title={t(locked ? 'kb.lock.locked' : 'kb.lock.title')} onClose={onClose} footer={<Button variant="primary" className={locked ? '' : 'danger'} icon="shield" label={t(locked ? 'kb.unlock.go' : 'kb.lock.go')} disabled={working} onClick={act} />}>
      {error !== null && <ErrorNote error={error} />}
      <p className="kern-body">{t(locked ? 'kb.unlock.text' : 'kb.lock.text', { name: document.title || document.name })}</p>
      <section className="log-part">
        <h3>{t('kb.lock.answers')}</h3>
        <Loaded of={answers}>
          {({ total, items }) => (
            <>
              <p className="kern-body">{total === 0 ? t('kb.lock.answers.none') : t('kb.lock.answers.count', { count: number(total) })}</p>
              <ul className="log-notes">{items.map((one) => <li key={one.id}>{date(one.day)}, {label(modules.find(({ id }) => id === one.module)?.title, one.module)} <span className="hint">{one.id}</span></li>)}</ul>
            </>
          )}
        </Loaded>
      </section>
    </Dialog>
  )
}
