// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { createCase } from '../api/cases'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { TextInput } from '../kern/TextInput'
import { choices, type ProtectionClass } from '../protection/classes'
import { ProtectionSelect } from '../protection/ProtectionSelect'
import { useSession } from '../session'
import { useCases } from './CasesContext'

const REFERENCE_CHARS = 120
const TITLE_CHARS = 300
const FROM: ProtectionClass = 'personenbezogen'

type Props = { onClose: () => void; onBack: () => void; onMade: (id: string) => void; /** Texts of the buttons where nothing is chosen from. */ back?: string; go?: string }

/** A case is its Aktenzeichen, and a few words by which one knows it again. */
export function NewCaseForm({ onClose, onBack, onMade, back, go }: Props) {
  const { t } = useI18n()
  const { me } = useSession()
  const { add } = useCases()
  const form = useId()
  const [reference, setReference] = useState('')
  const [title, setTitle] = useState('')
  const [protection, setProtection] = useState<ProtectionClass>(() => choices(me, FROM).at(-1) ?? FROM)
  const [asked, setAsked] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const make = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    setError(null)
    if (!reference.trim() || working) return
    setWorking(true)
    createCase({ reference: reference.trim(), ...(title.trim() ? { title: title.trim() } : {}), protection_class: protection }).then((made) => {
      add(made)
      onMade(made.id)
    }, (reason: unknown) => {
      setWorking(false)
      setError(reason)
    })
  }
  const buttons = <><Button variant="secondary" label={back ?? t('case.back')} onClick={onBack} /><Button type="submit" form={form} variant="primary" label={go ?? t('case.new.go')} disabled={working} /></>
  return (
    <Dialog title={t('case.new')} onClose={onClose} buttons={buttons}>
      <form id={form} noValidate className="form" onSubmit={make}>
        {error !== null && <ErrorNote error={error} />}
        <TextInput label={t('case.reference')} hint={t('case.reference.hint')} value={reference} maxLength={REFERENCE_CHARS} required autoComplete="off" spellCheck={false} onChange={setReference} error={asked && !reference.trim() ? t('form.error.required') : undefined} />
        <TextInput label={`${t('case.title')} ${t('form.optional')}`} hint={t('case.title.hint')} value={title} maxLength={TITLE_CHARS} autoComplete="off" onChange={setTitle} />
        <ProtectionSelect label={t('case.class')} from={FROM} value={protection} onChange={setProtection} />
      </form>
    </Dialog>
  )
}
