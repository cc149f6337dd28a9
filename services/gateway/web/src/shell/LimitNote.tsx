// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { onSpent } from '../api/client'
import { fetchMe } from '../api/endpoints'
import { warningOf, type Warning } from '../api/limits'
import { useI18n, type I18n, type Key } from '../i18n'
import { Button } from '../kern/Button'
import { Note } from '../kern/Note'
import { useSession } from '../session'

/** A run has counted by then; and many in a row are one question. */
const LOOK_AFTER = 15_000

/** A calm line when a quota or budget comes to its end, and at the stop what to do. It speaks of one limit at a time. */
export function LimitNote({ lookAfter = LOOK_AFTER }: { lookAfter?: number }) {
  const { me } = useSession()
  const i18n = useI18n()
  const [limits, setLimits] = useState(me.limits ?? {})
  const [seen, setSeen] = useState('')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      timer = undefined
      fetchMe({ background: true }).then((own) => setLimits(own.limits ?? {}), () => undefined)
    }
    const forget = onSpent((refused) => {
      if (refused) clearTimeout(timer)
      else if (timer !== undefined) return
      timer = setTimeout(look, refused ? 0 : lookAfter)
    })
    return () => {
      forget()
      clearTimeout(timer)
    }
  }, [lookAfter])

  const warning = warningOf(limits)
  const name = warning ? `${warning.scope}/${warning.key}/${warning.unit}/${warning.renews_at}/${warning.level}` : ''
  return (
    <div aria-live="polite">
      {warning && seen !== name && (
        <section className="limit-bar" aria-label={i18n.t('limit.about')}>
          <Note kind={warning.level < 100 ? 'info' : 'warning'} actions={<Button variant="secondary" label={i18n.t('limit.seen')} onClick={() => setSeen(name)} />}>
            {limitText(warning, i18n)}
          </Note>
        </section>
      )}
    </div>
  )
}

export function limitText(warning: Warning, { t, clock, date }: I18n): string {
  const scope = warning.scope === 'authority' && warning.period === 'month' ? 'budget' : warning.scope
  const first = t(`limit.${scope}.${warning.level < 100 ? 'warn' : 'stop'}` as Key, { percent: warning.level, name: warning.key })
  const renewal = warning.period === 'day' ? t('limit.renews.day', { time: clock(Date.parse(warning.renews_at)) }) : t('limit.renews.month', { date: date(warning.renews_at) })
  return warning.level < 100 ? `${first} ${renewal}` : `${first} ${renewal} ${t(warning.scope === 'model' ? 'limit.help.model' : 'limit.help')}`
}
