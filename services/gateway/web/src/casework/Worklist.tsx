// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { CaseFile, Evidence, Requirement, Status, Version } from '../api/caseVersions'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { PagePreview } from '../sources/PagePreview'

const ORDER: readonly Status[] = ['missing', 'unclear', 'present', 'not_applicable']
const KINDS = { missing: 'danger', unclear: 'warning', present: 'success', not_applicable: 'info' } as const

/** Requirements in the order of what is to be done, as task lists. */
export function Worklist({ version, files, onAccept }: { version: Version; files: readonly CaseFile[]; onAccept: ((name: string) => void) | null }) {
  const { t } = useI18n()
  const all = Object.entries(version.requirements)
  return (
    <>
      {ORDER.map((status) => {
        const found = all.filter(([, one]) => one.status === status)
        return found.length === 0 ? null : (
          <section key={status} className="kern-task-list-group work-group" aria-labelledby={`work-${status}`}>
            <h3 id={`work-${status}`} className="kern-task-list__header">{t('work.group', { status: t(`work.status.${status}`), count: found.length })}</h3>
            <ul className="kern-task-list work-tasks">
              {found.map(([name, one]) => <Task key={name} name={name} one={one} version={version} files={files} onAccept={onAccept} />)}
            </ul>
          </section>
        )
      })}
    </>
  )
}

function Task({ name, one, version, files, onAccept }: { name: string; one: Requirement; version: Version; files: readonly CaseFile[]; onAccept: ((name: string) => void) | null }) {
  const { t } = useI18n()
  const accepted = version.accepted[name]
  const title = one.title ?? name
  const basis = Array.isArray(one.legal_basis) ? one.legal_basis.join('; ') : one.legal_basis
  return (
    <li className="work-task">
      <div className="work-task-head"><h4>{title}</h4><Badge kind={KINDS[one.status]} label={t(`work.status.${one.status}`)} /></div>
      {one.reason && <p>{one.reason}</p>}
      {basis && <p className="hint">{t('work.basis', { text: basis })}</p>}
      {(one.evidence ?? []).map((place, index) => <Place key={`${place.file}${place.page}${index}`} place={place} files={files} />)}
      {accepted ? <p className="hint">{t('work.accepted', { name: accepted.by })}</p> : onAccept && <Button icon="check" label={t('work.accept')} aria-label={t('work.accept.name', { name: title })} onClick={() => onAccept(name)} />}
    </li>
  )
}

/** The page of the evidence beside what it proves; opened on demand. */
function Place({ place, files }: { place: Evidence; files: readonly CaseFile[] }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const file = files.find((one) => one.state?.name === place.file)
  const page = place.page ?? 1
  const named = { name: place.file, page }
  return (
    <div className="work-place">
      {place.quote && <blockquote lang="de">{place.quote}</blockquote>}
      {file ? <Button icon="document" label={t(open ? 'work.evidence.hide' : 'work.evidence', named)} aria-expanded={open} onClick={() => setOpen(!open)} /> : <p className="hint">{t('work.evidence.gone', named)}</p>}
      {open && file && <PagePreview shown={{ document: file.file, file: file.file, title: place.file, version: '', text: place.quote ?? '', score: 0, page, char_from: 0, char_to: 0 }} page={page} level={5} />}
    </div>
  )
}
