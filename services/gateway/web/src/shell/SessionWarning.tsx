// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState, useSyncExternalStore } from 'react'
import { loginUrl } from '../api/login'
import { minutesLeft } from '../api/sessionEnds'
import type { SessionEnds } from '../api/types'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Note } from '../kern/Note'
import { useSession } from '../session'
import { leave } from './leave'
import { SessionWatcher, type SessionView } from './sessionWatcher'

/** Tells in good time that the session ends, and lets one go on (WCAG 2.2.1). A token has no session: nothing to tell. */
export function SessionWarning() {
  const { me } = useSession()
  return me.ends ? <Warning initial={me.ends} /> : null
}

function Warning({ initial }: { initial: SessionEnds }) {
  const [watcher] = useState(() => new SessionWatcher(initial))
  useEffect(() => watcher.start(), [watcher])
  const view = useSyncExternalStore(watcher.subscribe, watcher.snapshot)
  const [told, setTold] = useState(false)
  if (view.phase === 'idle') return <Idle view={view} extend={watcher.extend} />
  if (view.phase !== 'absolute') return null
  return told ? <LastBar end={view.end} /> : <Last view={view} onClose={() => setTold(true)} />
}

/** Changes once a minute, and is read out then. */
function Left({ view: { end, now } }: { view: SessionView }) {
  const { plural } = useI18n()
  return <p className="session-left" role="status">{plural('session.left', minutesLeft(end, now))}</p>
}

function SignInLink() {
  const { t } = useI18n()
  return <a className="kern-btn kern-btn--secondary btn" href={loginUrl()}><span className="kern-label">{t('session.now')}</span></a>
}

function Idle({ view, extend }: { view: SessionView; extend: () => Promise<void> }) {
  const { t, clock } = useI18n()
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const goOn = () => {
    if (working) return
    setWorking(true)
    extend().catch((reason: unknown) => {
      setWorking(false)
      setError(reason)
    })
  }
  const buttons = <><Button variant="secondary" icon="signout" label={t('app.signout')} onClick={() => void leave()} /><Button variant="primary" data-autofocus label={t('session.goon')} aria-disabled={working || undefined} onClick={goOn} /></>
  return (
    <Dialog title={t('session.idle.title')} alert onClose={goOn} buttons={buttons}>
      {error !== null && <ErrorNote error={error} />}
      <p className="kern-body">{t('session.idle.text', { time: clock(view.end) })}</p>
      <Left view={view} />
      <p className="kern-body">{t('session.idle.kept')}</p>
    </Dialog>
  )
}

function Last({ view, onClose }: { view: SessionView; onClose: () => void }) {
  const { t, clock } = useI18n()
  const buttons = <><SignInLink /><Button variant="primary" data-autofocus label={t('session.goon')} onClick={onClose} /></>
  return (
    <Dialog title={t('session.last.title')} alert onClose={onClose} buttons={buttons}>
      <p className="kern-body">{t('session.last.text', { time: clock(view.end) })}</p>
      <Left view={view} />
      <p className="kern-body">{t('session.last.kept')}</p>
    </Dialog>
  )
}

/** After one has closed the dialog: a line in the page, so that the end surprises nobody. */
function LastBar({ end }: { end: number }) {
  const { t, clock } = useI18n()
  return <section className="session-bar" aria-label={t('session.about')}><Note kind="warning" actions={<SignInLink />}>{t('session.last.bar', { time: clock(end) })}</Note></section>
}
