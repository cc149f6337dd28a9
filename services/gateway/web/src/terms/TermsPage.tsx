// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useRef, useState, type FormEvent } from 'react'
import { acceptTerms } from '../api/administration'
import { fetchOwnData } from '../api/endpoints'
import type { KeptKind, Me } from '../api/types'
import { limitsOf } from '../chat/limits'
import { named } from '../administration/names'
import { ErrorNote } from '../errors'
import { useI18n, type I18n } from '../i18n'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { Icon } from '../kern/Icon'
import { useSession } from '../session'
import { Brand } from '../shell/Brand'
import { Footer } from '../shell/Footer'
import { Kopfzeile } from '../shell/Kopfzeile'
import { leave } from '../shell/leave'
import { useLoad } from '../useLoad'
import { useTitle } from '../useTitle'

/** First use, and each time the terms change: purpose, limits, retention, contacts; the box is empty (PER-02). */
export function TermsPage({ version, onAccepted }: { version: string; onAccepted: () => void }) {
  const i18n = useI18n()
  const { t } = i18n
  const { me, config } = useSession()
  const id = useId()
  const title = useRef<HTMLHeadingElement>(null)
  const own = useLoad(fetchOwnData)
  const [read, setRead] = useState(false)
  const [missing, setMissing] = useState(false)
  const [error, setError] = useState<unknown>(null)
  useTitle(t('terms.title'))
  useEffect(() => title.current?.focus(), [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMissing(!read)
    if (!read) document.getElementById(`${id}c`)?.focus()
    else acceptTerms(version).then(onAccepted, setError)
  }
  return (
    <div className="signin-page terms">
      <a className="skip" href="#main">{t('app.skip')}</a>
      <Kopfzeile text={config.kopfzeile} />
      <header className="bar"><Brand /></header>
      <main id="main" tabIndex={-1} className="signin-main">
        <div className="signin-card">
          <h1 ref={title} tabIndex={-1}>{t('terms.title')}</h1>
          <p className="lead">{t('terms.lead')}</p>
          <section aria-labelledby={`${id}p`}>
            <h2 id={`${id}p`}>{t('terms.purpose')}</h2>
            <ul className="ticks">{(['terms.purpose.1', 'terms.purpose.2', 'terms.purpose.3'] as const).map((key) => <li key={key}><Icon name="check" />{t(key)}</li>)}</ul>
          </section>
          <section aria-labelledby={`${id}l`}>
            <h2 id={`${id}l`}>{t('terms.limits')}</h2>
            <ul>{limitLines(me, i18n).map((line) => <li key={line}>{line}</li>)}</ul>
          </section>
          <section aria-labelledby={`${id}k`}>
            <h2 id={`${id}k`}>{t('terms.kept')}</h2>
            {own.data && <ul>{own.data.items.filter(mine).map((item) => <li key={item.kind}>{keptLine(item, i18n)}</li>)}</ul>}
            {own.error !== null && <ErrorNote error={own.error} actions={<Button variant="secondary" label={t('app.retry')} onClick={own.reload} />} />}
            <p>{t('terms.kept.more')}</p>
          </section>
          <section aria-labelledby={`${id}w`}>
            <h2 id={`${id}w`}>{t('terms.contact')}</h2>
            <p className="operator-text">{config.contact ?? t('terms.contact.none')}</p>
          </section>
          {error !== null && <ErrorNote error={error} />}
          <form className="form" noValidate onSubmit={submit}>
            <div className={`field${missing ? ' field--error' : ''}`}>
              <Check id={`${id}c`} label={t('terms.accept')} hint={t('terms.accept.hint', { version })} checked={read} required invalid={missing || undefined} describedBy={missing ? `${id}e` : undefined} onChange={(checked) => {
                setRead(checked)
                setMissing(false)
              }} />
              {missing && <p className="field-error" id={`${id}e`} role="alert"><Icon name="danger" />{t('terms.missing')}</p>}
            </div>
            <div className="row">
              <Button type="submit" variant="primary" label={t('terms.go')} />
              <Button variant="secondary" label={t('terms.no')} onClick={() => void leave()} />
            </div>
          </form>
        </div>
      </main>
      <Footer publisher={config.authority} />
    </div>
  )
}

const KINDS = ['conversations', 'runs', 'files', 'cases']
const mine = (item: KeptKind): boolean => KINDS.includes(item.kind) && item.days !== null

function keptLine(item: KeptKind, { t, plural, locale }: I18n): string {
  const days = plural('data.period', item.days ?? 0)
  return t('terms.kept.line', { kind: named('data.kind', item.kind, t), days: locale === 'de' ? `${days} nach ${item.since}` : days })
}

function limitLines(me: Me, { t, number, bytes }: I18n): string[] {
  const lines = (me.limits?.day ?? []).filter((limit) => limit.scope === 'person').map((limit) => t(limit.unit === 'requests' ? 'terms.limit.requests' : 'terms.limit.tokens', { count: number(limit.limit) }))
  const { fileBytes, files } = limitsOf(me)
  return [...(lines.length ? lines : [t('terms.limit.none')]), t('terms.limit.files', { size: bytes(fileBytes), count: files })]
}
