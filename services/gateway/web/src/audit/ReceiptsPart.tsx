// SPDX-License-Identifier: EUPL-1.2
import { useState, type FormEvent } from 'react'
import { fetchReceipt } from '../api/audit'
import type { SignedReceipt } from '../api/types'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { TextInput } from '../kern/TextInput'
import { ID } from './query'
import { Receipt } from './Receipt'

/** A receipt by its id; there is no list of them, so that nobody leafs through deletions. */
export function ReceiptsPart() {
  const { t } = useI18n()
  const [id, setId] = useState('')
  const [tried, setTried] = useState(false)
  const [receipt, setReceipt] = useState<SignedReceipt | null>(null)
  const [error, setError] = useState<unknown>(null)
  const known = ID.test(id.trim().toLowerCase())
  const show = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    setError(null)
    setReceipt(null)
    if (known) fetchReceipt(id.trim().toLowerCase()).then(setReceipt, setError)
  }
  return (
    <>
      <p>{t('aud.receipt.text')}</p>
      <form className="form" noValidate onSubmit={show}>
        <TextInput label={t('aud.receipt.id')} value={id} error={tried && !known ? t('aud.id.wrong') : undefined} autoComplete="off" spellCheck={false} onChange={setId} />
        <div className="row"><Button type="submit" variant="primary" icon="search" label={t('aud.receipt.go')} /></div>
      </form>
      {error !== null && <ErrorNote error={error} />}
      <div aria-live="polite">{receipt && <Receipt receipt={receipt} />}</div>
    </>
  )
}
