// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { CaseFile, Version } from '../api/caseVersions'
import type { Manifest } from '../api/types'
import { ErrorNote } from '../errors'
import { resolve } from '../forms/schema'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Choice } from '../kern/Choice'
import { Note } from '../kern/Note'
import type { Check } from './useCheck'

const FIRST = 'wohngeld'
type Props = { check: Check; files: readonly CaseFile[]; version: Version | null; writes: boolean }

/** Starts a check of all files, against the rule set of the last one or the one that is chosen. */
export function CheckPart({ check, files, version, writes }: Props) {
  const { t, label } = useI18n()
  const offered = ruleSets(check.module)
  const [chosen, choose] = useState<string | null>(null)
  if (!writes) return null
  if (!check.module) return <p className="hint">{t('work.check.off')}</p>
  const ruleSet = chosen ?? version?.rule_set ?? (offered.some(([name]) => name === FIRST) ? FIRST : (offered[0]?.[0] ?? FIRST))
  return (
    <div className="data-part">
      {check.error !== null && <ErrorNote error={check.error} />}
      {check.failed && <Note kind="danger" alert>{t('work.check.failed')}</Note>}
      {offered.length > 1 && <Choice label={t('work.rules')} value={ruleSet} onChange={choose} options={offered.map(([name, title]) => [name, label(title, name)] as const)} />}
      <p className="case-act"><Button variant="primary" icon="checklist" label={t(check.running ? 'work.check.running' : version ? 'work.check.again' : 'work.check')} disabled={check.running || files.length === 0} onClick={() => void check.start(ruleSet, version)} />{files.length === 0 && <span className="hint">{t('work.check.needs')}</span>}</p>
    </div>
  )
}

/** Those of the installation, with their titles. */
function ruleSets(module: Manifest | undefined) {
  const field = module && resolve(module.input_schema.properties?.['rule_set'] ?? {}, module.input_schema)
  return (field?.enum ?? []).map((name) => [String(name), field?.['x-enum-labels']?.[String(name)]] as const)
}
