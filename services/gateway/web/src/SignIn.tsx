// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useRef, useState } from 'react'
import type { UiConfig } from './api/endpoints'
import { loginUrl } from './api/login'
import { useI18n } from './i18n'
import { Button } from './kern/Button'
import { Icon } from './kern/Icon'
import { Note } from './kern/Note'
import type { SessionState } from './session'
import { DisplayDialog } from './settings/DisplayDialog'
import { Brand } from './shell/Brand'
import { Footer } from './shell/Footer'
import { Kopfzeile } from './shell/Kopfzeile'
import { LegalPage, legalPath } from './help/LegalPage'
import { useRoute } from './router'

export function SignIn({ state, config, retry }: { state: SessionState; config: UiConfig; retry: () => void }) {
  const { t } = useI18n()
  const { path } = useRoute()
  const [display, setDisplay] = useState(false)
  const legal = legalPath(path)
  const title = useRef<HTMLHeadingElement>(null)
  const ended = state.kind === 'ended'
  useEffect(() => {
    if (!ended) return
    document.title = `${t('session.title')} – ${t('app.product')}`
    title.current?.focus()
  }, [ended, t])
  return (
    <div className="signin-page">
      <a className="skip" href="#main">{t('app.skip')}</a>
      <Kopfzeile text={config.kopfzeile} />
      <header className="bar"><Brand /><span className="grow" /><Button icon="contrast" label={t('app.display')} aria-haspopup="dialog" onClick={() => setDisplay(true)} /></header>
      <main id="main" tabIndex={-1} className="signin-main">
        {legal ? <div className="column prose-page"><LegalPage page={legal} config={config} /></div> : (
          <div className="signin-card">
            <h1 ref={title} tabIndex={-1}>{t(ended ? 'session.title' : 'signin.title')}</h1>
            <p className="lead" role={ended ? 'alert' : undefined}>{t(ended ? 'session.text' : 'signin.lead')}</p>
            {!ended && (
              <ul className="ticks">
                {(['signin.point.ask', 'signin.point.sum', 'signin.point.draft'] as const).map((key) => <li key={key}><Icon name="check" />{t(key)}</li>)}
              </ul>
            )}
            <section className="signin-ai" aria-labelledby="ai-title">
              <Icon name="info" />
              <div><h2 id="ai-title">{t('signin.ai.title')}</h2><p>{t('signin.ai')}</p></div>
            </section>
            {state.kind === 'unreachable' ? (
              <Note kind="danger" alert actions={<Button variant="secondary" icon="regenerate" label={t('app.retry')} onClick={retry} />}>{t('signin.error')}</Note>
            ) : (
              <>
                <a className="kern-btn kern-btn--primary btn signin-button" href={loginUrl()}><Icon name="account" /><span className="kern-label">{t(ended ? 'session.signin' : 'signin.button')}</span></a>
                <p className="hint">{t('signin.how')}</p>
              </>
            )}
          </div>
        )}
      </main>
      <Footer publisher={config.authority} />
      {display && <DisplayDialog onClose={() => setDisplay(false)} />}
    </div>
  )
}
