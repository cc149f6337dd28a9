// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useRef, useState } from 'react'
import { takeOver, type CaseFile, type Version } from '../api/caseVersions'
import { Follower } from '../api/follower'
import type { Manifest } from '../api/types'
import { announcer } from '../chat/announcer'
import { useI18n } from '../i18n'
import { useSession } from '../session'

export const MODULE = 'completeness'
export type Check = { module: Manifest | undefined; running: boolean; failed: boolean; error: unknown; start: (ruleSet: string, version: Version | null) => Promise<void> }

/** Checks all files of a case with the facts that people have set, and takes the result over as the next version. */
export function useCheck(id: string, files: readonly CaseFile[], onChecked: () => void): Check {
  const { t, locale } = useI18n()
  const { modules } = useSession()
  const [running, setRunning] = useState(false)
  const [failed, setFailed] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const current = useRef<Follower | null>(null)
  useEffect(() => () => {
    current.current?.leave()
    current.current = null
  }, [])
  const start = useCallback(async (ruleSet: string, version: Version | null) => {
    // A check that does not know the newest correction is of no use any more.
    current.current?.stop()
    const own = new Follower({ onChange: () => undefined })
    current.current = own
    setRunning(true)
    setFailed(false)
    setError(null)
    announcer.status(t('work.check.running'))
    const facts = version && Object.keys(version.set_facts).length > 0 ? { facts: version.set_facts } : {}
    try {
      const last = await own.follow({ start: { module: MODULE, input: { rule_set: ruleSet, files: files.map((one) => one.file), ...facts }, locale, case: id } })
      if (current.current !== own) return
      if (last.end !== 'done' || !last.run) setFailed(true)
      else {
        const made = await takeOver(id, last.run)
        announcer.status(t('work.check.done', { version: made.version }))
        onChecked()
      }
    } catch (reason) {
      if (current.current === own) setError(reason)
    }
    if (current.current === own) setRunning(false)
  }, [id, files, locale, onChecked, t])
  return { module: modules.find((one) => one.id === MODULE), running, failed, error, start }
}
