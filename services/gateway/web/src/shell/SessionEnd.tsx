// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { onSessionEnd } from '../api/client'
import { loginUrl } from '../api/login'
import { useI18n } from '../i18n'
import { Dialog } from '../kern/Dialog'
import { Note } from '../kern/Note'

/** The session ended while someone was working: says so, keeps the page and its text, offers to sign in again. */
export function SessionEnd() {
  const { t } = useI18n()
  const [over, setOver] = useState<'no' | 'asking' | 'later'>('no')
  useEffect(() => onSessionEnd(() => setOver((old) => (old === 'no' ? 'asking' : old))), [])
  const link = <a className="kern-btn kern-btn--primary btn" href={loginUrl()}><span className="kern-label">{t('session.signin')}</span></a>
  if (over === 'no') return null
  if (over === 'later') return <div className="session-bar"><Note kind="warning" actions={link}>{t('session.title')}</Note></div>
  return (
    <Dialog title={t('session.title')} onClose={() => setOver('later')} closeLabel={t('session.later')} footer={link}>
      <p className="kern-body" role="alert">{t('session.text')}</p>
    </Dialog>
  )
}
