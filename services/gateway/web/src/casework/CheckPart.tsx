// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useRef, useState } from 'react'
import { takeOver, type CaseFile, type Version } from '../api/caseVersions'
import { Follower } from '../api/follower'
import { announcer } from '../chat/announcer'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Note } from '../kern/Note'
import { useSession } from '../session'

const MODULE = 'completeness'
const RULE_SET = 'wohngeld'
type Props = { id: string; files: readonly CaseFile[]; version: Version | null; writes: boolean; onChecked: () => void }

/** Starts a check of all files with the facts that people have set, and takes its result over. */
export function CheckPart({ id, files, version, writes, onChecked }: Props) {
  const { t, locale } = useI18n()
  const { modules } = useSession()
  const [running, setRunning] = useState(false)
  const [failed, setFailed] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const follower = useRef<Follower | null>(null)
  useEffect(() => () => follower.current?.leave(), [])
  if (!writes) return null
  if (!modules.some((one) => one.id === MODULE)) return <p className="hint">{t('work.check.off')}</p>
  const run = async () => {
    setRunning(true)
    setFailed(false)
    setError(null)
    announcer.status(t('work.check.running'))
    const facts = version && Object.keys(version.set_facts).length > 0 ? { facts: version.set_facts } : {}
    const own = new Follower({ onChange: () => undefined })
    follower.current = own
    try {
      const last = await own.follow({ start: { module: MODULE, input: { rule_set: version?.rule_set ?? RULE_SET, files: files.map((one) => one.file), ...facts }, locale, case: id } })
      if (last.end !== 'done' || !last.run) setFailed(true)
      else {
        const made = await takeOver(id, last.run)
        announcer.status(t('work.check.done', { version: made.version }))
        onChecked()
      }
    } catch (reason) {
      setError(reason)
    }
    setRunning(false)
  }
  return (
    <div className="data-part">
      {error !== null && <ErrorNote error={error} />}
      {failed && <Note kind="danger" alert>{t('work.check.failed')}</Note>}
      <p className="case-act"><Button variant="primary" icon="checklist" label={t(running ? 'work.check.running' : version ? 'work.check.again' : 'work.check')} disabled={running || files.length === 0} onClick={() => void run()} />{files.length === 0 && <span className="hint">{t('work.check.needs')}</span>}</p>
    </div>
  )
}
