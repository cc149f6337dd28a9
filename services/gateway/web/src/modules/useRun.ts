// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from '../api/client'
import { fetchRun } from '../api/endpoints'
import { Follower } from '../api/follower'
import { freshLive, type Live } from '../api/live'
import type { Run } from '../api/types'
import { announcer } from '../chat/announcer'
import { Narrator } from '../chat/narrator'
import { useI18n } from '../i18n'
import { navigate, useRoute } from '../router'
import { useSettings } from '../settings/SettingsContext'

const asApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError(0, { code: 'network' }))

/** A run that succeeded: its result says everything. */
function fromRun(run: Run): Live {
  const text = run.result?.text ?? run.result?.answer ?? ''
  return { ...freshLive(run.id), protection: run.protection_class ?? null, text, citations: run.result?.citations ?? [], result: run.result ?? null, warnings: run.warnings ?? [], end: 'done' }
}

/** One run of a module on a page. Its id stands in the address (`?run=`): a reload or a link comes back to it. */
export function useRun(module: string) {
  const i18n = useI18n()
  const { settings } = useSettings()
  const { query } = useRoute()
  const wanted = query.get('run')
  const [live, setLive] = useState<Live | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  /** For which case the run retrieves. */
  const [acting, setActing] = useState<string | null>(null)
  const [at, setAt] = useState<string | null>(null)
  const follower = useRef<Follower | null>(null)
  const now = useRef({ i18n, settings })
  useEffect(() => {
    now.current = { i18n, settings }
  })
  const [narrator] = useState(() => new Narrator(announcer, () => now.current.i18n, () => now.current.settings.speak))

  const go = useCallback(async (what: { start?: { module: string; input: Record<string, unknown>; locale: string; case?: string | undefined }; run?: string }) => {
    follower.current?.leave()
    const own = new Follower({
      onChange: (next) => {
        if (follower.current !== own) return
        setLive(next)
        if (next.run) navigate(`/modules/${module}?run=${next.run}`, { replace: true, keepFocus: true })
      },
      pace: () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 250 : 50),
    })
    follower.current = own
    setError(null)
    narrator.start()
    try {
      const last = await own.follow(what)
      if (follower.current !== own) return
      setAt(new Date().toISOString())
      narrator.end(last.end ?? 'failed', last.text)
    } catch (reason) {
      if (follower.current !== own) return
      setError(asApiError(reason))
      setLive(null)
      narrator.end('failed', '')
    }
  }, [module, narrator])

  useEffect(() => {
    if (!wanted || follower.current?.live.run === wanted) return
    void fetchRun(wanted).then((run) => {
      if (run.module !== module) return
      setActing(run.case ?? null)
      // What a run had made before it was stopped or failed stands in its events alone.
      if (run.state !== 'succeeded') void go({ run: run.id })
      else {
        setLive(fromRun(run))
        setAt(run.finished_at ?? run.created_at)
      }
    }, (reason: unknown) => setError(asApiError(reason)))
  }, [wanted, module, go])
  // Leaving the page does not cancel: the run goes on and stands under its address.
  useEffect(() => () => {
    follower.current?.leave()
    follower.current = null
    narrator.leave()
  }, [narrator])

  const start = useCallback((input: Record<string, unknown>, forCase: string | null) => {
    setActing(forCase)
    return go({ start: { module, input, locale: now.current.i18n.locale, case: forCase ?? undefined } })
  }, [go, module])
  const stop = useCallback(() => follower.current?.stop(), [])
  return { live, error, at, acting, start, stop, busy: live !== null && live.end === null }
}
