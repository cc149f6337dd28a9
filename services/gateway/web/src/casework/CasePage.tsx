// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useState } from 'react'
import { changeVersion, fetchCase, fetchCaseFiles, fetchVersion, fetchVersions, type CaseFile, type Changes, type OneCase, type Version, type VersionSummary } from '../api/caseVersions'
import { announcer } from '../chat/announcer'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Icon } from '../kern/Icon'
import { Loaded } from '../kern/Loaded'
import { Note } from '../kern/Note'
import { ProtectionBadge } from '../protection/ProtectionBadge'
import { Link, useRoute } from '../router'
import { useLoad } from '../useLoad'
import { useTitle } from '../useTitle'
import { CaseFiles } from './CaseFiles'
import { CheckPart } from './CheckPart'
import { Differences } from './Differences'
import { Documents } from './Documents'
import { Facts } from './Facts'
import { Letter } from './Letter'
import { SignOff } from './SignOff'
import { useCheck } from './useCheck'
import { Worklist } from './Worklist'

type Data = { one: OneCase; files: CaseFile[]; versions: VersionSummary[]; version: Version | null }

async function load(id: string, number: number): Promise<Data> {
  const [one, files, versions] = await Promise.all([fetchCase(id), fetchCaseFiles(id), fetchVersions(id)])
  const wanted = versions.find((version) => version.version === number) ?? versions[0]
  return { one, files, versions, version: wanted ? await fetchVersion(id, wanted.version) : null }
}

/** One case: its files, the newest version (or the one of `?version=`), and the way to the sign-off. */
export function CasePage({ id }: { id: string }) {
  const { t } = useI18n()
  const { query } = useRoute()
  const number = Number(query.get('version') ?? 0)
  const loading = useLoad(useCallback(() => load(id, number), [id, number]))
  const title = loading.data?.one.reference ?? t('work.title')
  useTitle(title)
  return (
    <div className="page"><div className="column">
      <p><Link to="/cases" className="nav-link work-back"><Icon name="back" />{t('work.back')}</Link></p>
      {loading.data === null && <h1>{title}</h1>}
      <Loaded of={loading}>{(data) => <Work id={id} data={data} reload={loading.reload} />}</Loaded>
    </div></div>
  )
}

function Work({ id, data, reload }: { id: string; data: Data; reload: () => void }) {
  const { t } = useI18n()
  const { one, files, versions, version } = data
  const check = useCheck(id, files, reload)
  const [error, setError] = useState<unknown>(null)
  const writes = one.rights.includes('write') && one.state === 'open'
  const newest = version !== null && version.version === versions[0]?.version
  useEffect(() => setError(null), [version?.version])
  const change = async (changes: Omit<Changes, 'version'>) => {
    if (!version) return
    const made = await changeVersion(id, { ...changes, version: version.version })
    announcer.status(t('work.version', { version: made.version }))
    reload()
    // What somebody else has put in can't be read by a check of one's own: they check.
    if (changes.facts && check.module && files.length > 0 && files.every((file) => file.own)) void check.start(made.rule_set, made)
  }
  const named = files.flatMap((file) => (file.state ? [{ file: file.file, name: file.state.name }] : []))
  const acts = newest && writes
  const changed = version !== null && (version.files.length !== files.length || version.files.some((had) => !files.some((has) => has.file === had.file)))
  const why = !newest ? t('work.sign.old') : !writes ? t('work.sign.read') : check.running ? t('work.check.running') : version.checked && !changed ? null : t(changed ? 'work.files.changed' : 'work.sign.wait')
  return (
    <>
      <div className="page-head"><h1>{one.reference}</h1><ProtectionBadge value={one.protection_class} /></div>
      {one.title && <p className="lead">{one.title}</p>}
      <CaseFiles id={id} protection={one.protection_class} files={files} writes={writes} onChange={reload} />
      <CheckPart check={check} files={files} version={newest ? version : null} writes={writes} />
      {error !== null && <ErrorNote error={error} />}
      {version && (
        <>
          <section className="data-part" aria-labelledby="case-result">
            <h2 id="case-result">{t('work.result')} – {t('work.version', { version: version.version })}</h2>
            <p className="hint">{t('work.decides')}</p>
            {!version.checked && <Note kind="warning">{t('work.check.pending')}</Note>}
            <Worklist requirements={version.requirements} switchedOff={version.switched_off} accepted={version.accepted} files={named} onAccept={acts ? (name) => void change({ accepted: [name] }).catch(setError) : null} />
            <Documents documents={version.documents} />
          </section>
          <Facts version={version} onSave={acts ? (fact) => change({ facts: [fact] }) : null} />
          <Letter id={id} version={version} onSave={acts ? (letter) => change({ letter }) : null} />
          <SignOff key={version.version} id={id} version={version} why={why} onSigned={reload} />
          {versions.length > 1 && <Differences key={`changes-${version.version}`} id={id} version={version} versions={versions} />}
          <Versions id={id} versions={versions} shown={version.version} />
        </>
      )}
    </>
  )
}

function Versions({ id, versions, shown }: { id: string; versions: readonly VersionSummary[]; shown: number }) {
  const { t, time } = useI18n()
  return (
    <section className="data-part" aria-labelledby="case-versions">
      <h2 id="case-versions">{t('work.versions')}</h2>
      <ul className="kb-list">
        {versions.map((one) => (
          <li key={one.version}>
            <Link to={`/cases/${id}?version=${one.version}`} aria-current={one.version === shown ? 'true' : undefined}>
              <Icon name="document" />
              <span><strong>{t('work.version', { version: one.version })}</strong><span className="hint">{[t('work.version.by', { time: time(one.made_at), name: one.by }), one.version === shown ? t('work.version.shown') : ''].filter(Boolean).join(' · ')}</span></span>
              {one.signed ? <Badge kind="success" label={t('work.version.signed')} /> : !one.checked && <Badge kind="warning" label={t('work.version.unchecked')} />}
              <Icon name="right" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
