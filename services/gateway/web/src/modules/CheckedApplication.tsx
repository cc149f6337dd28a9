// SPDX-License-Identifier: EUPL-1.2
import type { Status } from '../api/caseVersions'
import { Documents } from '../casework/Documents'
import { FactList } from '../casework/Facts'
import { STATUSES, Worklist } from '../casework/Worklist'
import { useI18n } from '../i18n'
import { Note } from '../kern/Note'
import { may } from '../rights'
import { Link } from '../router'
import { useSession } from '../session'
import type { CompletenessResult } from './results'

/** The result of a check that belongs to no case: what is open, the same task list, what came in, and the draft. */
export function CheckedApplication({ result }: { result: CompletenessResult }) {
  const { t, date } = useI18n()
  const { me } = useSession()
  const all = Object.values(result.requirements)
  const count = (status: Status) => all.filter((one) => one.status === status).length
  return (
    <div className="checked">
      <p className="hint">{result.principle}</p>
      <Note kind={result.complete ? 'success' : 'warning'}>{result.complete ? t('checked.complete') : t('checked.open', { missing: count('missing'), unclear: count('unclear') })}</Note>
      <section className="kern-summary checked-summary" aria-labelledby="checked-summary">
        <h3 id="checked-summary" className="kern-summary__header">{t('checked.summary')}</h3>
        <dl className="kern-description-list">
          <Said term={t('checked.form')} text={result.application_file ?? t('checked.form.none')} />
          <Said term={t('checked.day')} text={date(result.reference_date)} />
          <Said term={t('checked.count')} text={STATUSES.map((status) => t('work.group', { status: t(`work.status.${status}`), count: count(status) })).join(' · ')} />
        </dl>
      </section>
      <Worklist requirements={result.requirements} switchedOff={result.switched_off} files={result.files ?? []} />
      <Documents documents={result.documents} />
      <details className="form-part">
        <summary>{t('checked.facts', { count: Object.keys(result.facts).length })}</summary>
        <div className="form-part-fields"><FactList facts={result.facts} level={4} /></div>
      </details>
      {result.letter.text && (
        <section aria-labelledby="checked-letter">
          <h3 id="checked-letter">{t('work.letter')}</h3>
          <p className="hint">{t('work.letter.draft')}</p>
          <div className="work-letter" lang="de">{result.letter.text}</div>
        </section>
      )}
      {may(me, 'case.create') && <p>{t('checked.case')} <Link to="/cases" className="kern-link">{t('work.title')}</Link></p>}
    </div>
  )
}

function Said({ term, text }: { term: string; text: string }) {
  return <div className="kern-description-list-item"><dt className="kern-description-list-item__key">{term}</dt><dd className="kern-description-list-item__value">{text}</dd></div>
}
