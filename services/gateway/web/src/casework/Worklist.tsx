// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { Evidence, Requirement, Status, Version } from '../api/caseVersions'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { PagePreview } from '../sources/PagePreview'

export const STATUSES: readonly Status[] = ['missing', 'unclear', 'present', 'not_applicable']
const KINDS = { missing: 'danger', unclear: 'warning', present: 'success', not_applicable: 'info' } as const

/** A file whose pages can be shown, by the name that evidence has. */
export type NamedFile = { file: string; name: string }
type Shared = { files: readonly NamedFile[]; accepted?: Version['accepted']; onAccept?: ((name: string) => void) | null }

/** Requirements in the order of what is to be done, as task lists; of a case, or of a check that belongs to none. */
export function Worklist({ requirements, switchedOff = {}, ...shared }: Shared & { requirements: Record<string, Requirement>; /** What the installation does not check: title by id. */ switchedOff?: Record<string, string> | undefined }) {
  const { t } = useI18n()
  const all = Object.entries(requirements)
  const off = Object.values(switchedOff)
  return (
    <>
      {STATUSES.map((status) => {
        const found = all.filter(([, one]) => one.status === status)
        return found.length === 0 ? null : (
          <section key={status} className="kern-task-list-group work-group" aria-labelledby={`work-${status}`}>
            <h3 id={`work-${status}`} className="kern-task-list__header">{t('work.group', { status: t(`work.status.${status}`), count: found.length })}</h3>
            <ul className="kern-task-list work-tasks">
              {found.map(([name, one]) => <Task key={name} name={name} one={one} {...shared} />)}
            </ul>
          </section>
        )
      })}
      {off.length > 0 && <p className="hint">{t('work.switchedoff', { titles: off.join('; ') })}</p>}
    </>
  )
}

function Task({ name, one, files, accepted, onAccept }: Shared & { name: string; one: Requirement }) {
  const { t } = useI18n()
  const agreed = accepted?.[name]
  const title = one.title ?? name
  const basis = Array.isArray(one.legal_basis) ? one.legal_basis.join('; ') : one.legal_basis
  return (
    <li className="work-task">
      <div className="work-task-head"><h4>{title}</h4><Badge kind={KINDS[one.status]} label={t(`work.status.${one.status}`)} /></div>
      {one.reason && <p>{one.reason}</p>}
      {basis && <p className="hint">{t('work.basis', { text: basis })}</p>}
      {(one.evidence ?? []).map((place, index) => <Place key={`${place.file}${place.page}${index}`} place={place} files={files} />)}
      {agreed ? <p className="hint">{t('work.accepted', { name: agreed.by })}</p> : onAccept && <Button icon="check" label={t('work.accept')} aria-label={t('work.accept.name', { name: title })} onClick={() => onAccept(name)} />}
    </li>
  )
}

/** The page of the evidence beside what it proves; opened on demand. */
function Place({ place, files }: { place: Evidence; files: readonly NamedFile[] }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const file = files.find((one) => one.name === place.file)
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
