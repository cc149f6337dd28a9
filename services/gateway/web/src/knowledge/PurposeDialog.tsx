// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { bindKnowledgeBase } from '../api/purposes'
import type { KnowledgeBase } from '../api/types'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { purposeErrors, PurposeFields, stillWrong, type Purpose, type PurposeErrors } from './PurposeFields'

/** Changes what a knowledge base is there for; it holds from the next request on. */
export function PurposeDialog({ base, onClose, onDone }: { base: KnowledgeBase; onClose: () => void; onDone: (base: KnowledgeBase) => void }) {
  const { t } = useI18n()
  const id = useId()
  const [value, setValue] = useState<Purpose>({ purpose: base.purpose ?? '', uses: base.uses ?? null })
  const [errors, setErrors] = useState<PurposeErrors>({})
  const [error, setError] = useState<unknown>(null)
  const save = (event: FormEvent) => {
    event.preventDefault()
    const wrong = purposeErrors(value)
    setErrors(wrong)
    if (!wrong.purpose && !wrong.uses) bindKnowledgeBase(base.id, { ...value, purpose: value.purpose.trim() }).then(onDone, setError)
  }
  return (
    <Dialog title={t('purpose.edit')} onClose={onClose} footer={<Button type="submit" form={id} variant="primary" label={t('app.save')} />}>
      {error !== null && <ErrorNote error={error} />}
      <form id={id} noValidate onSubmit={save} className="form">
        <PurposeFields value={value} errors={errors} onChange={(changed) => {
          setValue(changed)
          setErrors((old) => stillWrong(old, changed))
        }} />
        <p className="hint">{t('purpose.holds')}</p>
      </form>
    </Dialog>
  )
}
