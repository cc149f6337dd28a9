// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { verifyAudit, type CheckResult } from '../api/audit'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Note } from '../kern/Note'

/** The server's own check, with its progress. A stream that ends early is no result. */
export function CheckHere({ onDone }: { onDone: () => void }) {
  const { t, number } = useI18n()
  const [at, setAt] = useState<[records: number, total: number] | null>(null)
  const [result, setResult] = useState<CheckResult | null>(null)
  const [cut, setCut] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const run = () => {
    setAt([0, 0])
    setResult(null)
    setCut(false)
    setError(null)
    verifyAudit((records, total) => setAt([records, total])).then((found) => {
      setResult(found)
      setCut(found === null)
      onDone()
    }, setError).finally(() => setAt(null))
  }
  return (
    <>
      <p>{t('aud.check.text')}</p>
      <div className="row"><Button variant="primary" icon="shield" label={t('aud.check.go')} disabled={at !== null} onClick={run} /></div>
      {at && <p className="row"><progress max={at[1] || 1} value={at[0]} aria-label={t('aud.check')} /><span>{t('aud.check.running', { records: number(at[0]), total: number(at[1]) })}</span></p>}
      {error !== null && <ErrorNote error={error} />}
      {cut && <Note kind="warning" alert>{t('aud.check.cut')}</Note>}
      <div aria-live="polite">{result && <Outcome result={result} />}</div>
    </>
  )
}

function Outcome({ result }: { result: CheckResult }) {
  const { t, plural, number, time } = useI18n()
  const sums = t('aud.check.sums', { records: number(result.records), chains: number(result.chains), checkpoints: number(result.checkpoints), at: time(result.at) })
  return (
    <Note kind={result.holds ? 'success' : 'danger'}>
      <strong>{result.holds ? t('aud.check.holds') : plural('aud.check.broken', result.faults)}</strong>
      <span className="hint note-line">{sums}</span>
      {result.first_faults.length > 0 && <ul className="faults">{result.first_faults.map((fault) => <li key={`${fault.chain} ${fault.seq} ${fault.kind}`} lang="de">{t('aud.check.place', { chain: fault.chain ?? '–', seq: fault.seq, text: fault.text })}</li>)}</ul>}
    </Note>
  )
}
