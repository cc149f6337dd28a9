// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { decide, DECISIONS, type Decision, type Item } from '../api/inspection'
import { readDraft, useDraftKey, writeDraft } from '../drafts'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'
import { EntryFacts } from './EntryFacts'

const REASON_CHARS = 1000
const KINDS = { zulaessig: 'success', nicht_zulaessig: 'danger', zu_klaeren: 'warning', offen: 'info' } as const

/** One retrieval of a sample with its form: allowed, not allowed, to be clarified; the last two with a reason. */
export function ItemCard({ check, item, closed, onDecided }: { check: string; item: Item; closed: boolean; onDecided: (decision: Decision, reason: string) => void }) {
  const { t, time } = useI18n()
  const id = useId()
  const key = useDraftKey(`inspection.${item.retrieval}`)
  const [decision, setDecision] = useState<Decision | 'offen'>(item.decision)
  const [reason, setReason] = useState(() => readDraft(key) || (item.reason ?? ''))
  const [asked, setAsked] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const needs = decision === 'nicht_zulaessig' || decision === 'zu_klaeren'
  const changed = decision !== item.decision || reason.trim() !== (item.reason ?? '')
  const missing = asked && decision === 'offen'
  const silent = asked && needs && !reason.trim()
  const save = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    setError(null)
    if (working || decision === 'offen' || (needs && !reason.trim())) return
    setWorking(true)
    decide(check, item.retrieval, decision, reason.trim()).then(() => {
      writeDraft(key, '')
      setAsked(false)
      onDecided(decision, reason.trim())
    }, setError).finally(() => setWorking(false))
  }
  const title = t('ins.item', { position: item.position, at: item.entry ? time(item.entry.at) : t('ins.entry.deleted') })
  return (
    <li className="lot" aria-labelledby={`${id}t`}>
      <div className="lot-head"><h3 id={`${id}t`}>{title}</h3><Badge kind={KINDS[item.decision]} label={t(`ins.decision.${item.decision}`)} /></div>
      <div className="lot-body">
        <div>{item.entry ? <EntryFacts entry={item.entry} /> : <p>{t('ins.entry.deleted.text')}</p>}</div>
        {closed ? <div><p className="lot-reason">{item.reason ?? t('ins.reason.none')}</p></div> : (
          <form noValidate onSubmit={save} aria-labelledby={`${id}t`}>
            {error !== null && <ErrorNote error={error} />}
            <fieldset className={`radios${missing ? ' field--error' : ''}`} aria-describedby={missing ? `${id}d` : undefined}>
              <legend>{t('ins.decision')}</legend>
              <div className="radios-row">
                {DECISIONS.map((one) => (
                  <div key={one} className="kern-form-check check">
                    <input id={`${id}${one}`} name={`${id}decision`} type="radio" className="kern-form-check__radio" checked={decision === one} onChange={() => setDecision(one)} />
                    <label htmlFor={`${id}${one}`}>{t(`ins.decision.${one}`)}</label>
                  </div>
                ))}
              </div>
              {missing && <p className="field-error" id={`${id}d`} role="alert"><Icon name="danger" />{t('ins.decision.missing')}</p>}
            </fieldset>
            <div className={`field${silent ? ' field--error' : ''}`}>
              <label htmlFor={`${id}r`}>{t('ins.reason')}{!needs && <span className="optional"> {t('form.optional')}</span>}</label>
              <textarea id={`${id}r`} className="input" rows={2} value={reason} maxLength={REASON_CHARS} aria-required={needs || undefined} aria-invalid={silent || undefined} aria-describedby={silent ? `${id}e` : undefined} onChange={(event) => {
                setReason(event.target.value)
                writeDraft(key, event.target.value)
              }} />
              {silent && <p className="field-error" id={`${id}e`} role="alert"><Icon name="danger" />{t('ins.reason.missing')}</p>}
            </div>
            <div className="row"><Button type="submit" variant={changed && decision !== 'offen' ? 'primary' : 'secondary'} label={t('ins.decide')} aria-label={t('ins.decide.which', { position: item.position })} disabled={working} /></div>
          </form>
        )}
      </div>
    </li>
  )
}
