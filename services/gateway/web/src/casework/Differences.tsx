// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useState } from 'react'
import { fetchDifference, fetchVersion, type ChangedPart, type Difference, type Status, type Version, type VersionSummary } from '../api/caseVersions'
import { useI18n } from '../i18n'
import { Choice } from '../kern/Choice'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'
import { lineDifference, type Line } from './lineDifference'
import { factInWords } from './factInWords'

type Data = { difference: Difference; lines: Line[] }

async function load(id: string, before: number, now: Version): Promise<Data> {
  const [difference, earlier] = await Promise.all([fetchDifference(id, before, now.version), fetchVersion(id, before)])
  return { difference, lines: difference.letter_changed ? lineDifference(earlier.letter?.text ?? '', now.letter?.text ?? '') : [] }
}

/** What is different in the version that is shown, compared with another one. */
export function Differences({ id, version, versions }: { id: string; version: Version; versions: readonly VersionSummary[] }) {
  const { t } = useI18n()
  const others = versions.filter((one) => one.version !== version.version)
  const [before, setBefore] = useState(version.based_on ?? others[0]?.version ?? 0)
  const loading = useLoad(useCallback(() => load(id, before, version), [id, before, version]))
  return (
    <section className="data-part" aria-labelledby="case-differences">
      <h2 id="case-differences">{t('work.changes', { version: version.version })}</h2>
      <Choice label={t('work.changes.with')} value={String(before)} onChange={(next) => setBefore(Number(next))} options={others.map((one) => [String(one.version), t('work.version', { version: one.version })] as const)} />
      <Loaded of={loading}>{(data) => <Changes data={data} version={version} />}</Loaded>
    </section>
  )
}

function Changes({ data: { difference, lines }, version }: { data: Data; version: Version }) {
  const i18n = useI18n()
  const { t } = i18n
  const status = (value: unknown) => (value === null ? t('work.changes.nothing') : t(`work.status.${value as Status}`))
  const plain = (value: unknown) => (value === null ? t('work.changes.nothing') : factInWords(value, i18n))
  const titled = (name: string) => version.requirements[name]?.title ?? name
  const parts: [string, ChangedPart[], (value: unknown) => string, (name: string) => string][] = [
    [t('work.facts'), difference.facts, plain, String],
    [t('work.result'), difference.requirements, status, titled],
    [t('work.changes.accepted'), difference.accepted, plain, titled],
    [t('work.files'), difference.files, plain, () => t('work.changes.file')],
    [t('work.changes.rules'), difference.rule_set, plain, String],
  ]
  const none = !difference.letter_changed && parts.every(([, changed]) => changed.length === 0)
  return (
    <div aria-live="polite" className="work-changes">
      {none && <p>{t('work.changes.none')}</p>}
      {parts.map(([title, changed, say, name]) => changed.length > 0 && (
        <div key={title} role="group" aria-label={title}>
          <h3>{title}</h3>
          <ul>{changed.map((one) => <li key={one.name}><strong>{name(one.name)}</strong>: <del><span className="sr-only">{t('work.changes.before')} </span>{say(one.before)}</del> <span aria-hidden="true">→</span> <ins><span className="sr-only">{t('work.changes.after')} </span>{say(one.after)}</ins></li>)}</ul>
        </div>
      ))}
      {lines.length > 0 && (
        <div role="group" aria-label={t('work.letter')}>
          <h3>{t('work.letter')}</h3>
          <ul className="work-lines" lang="de">{lines.map((line, index) => <li key={index} className={`work-line--${line.kind}`}>{line.kind === 'gone' ? <del><span className="sr-only" lang={i18n.locale}>{t('work.changes.before')} </span>{line.text}</del> : line.kind === 'new' ? <ins><span className="sr-only" lang={i18n.locale}>{t('work.changes.after')} </span>{line.text}</ins> : line.text}</li>)}</ul>
        </div>
      )}
    </div>
  )
}
