// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { createKnowledgeBase } from '../api/endpoints'
import type { KnowledgeBase } from '../api/types'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Radios } from '../kern/Radios'
import { LEAST, type ProtectionClass } from '../protection/classes'
import { ProtectionSelect } from '../protection/ProtectionSelect'
import { useSession } from '../session'
import { purposeErrors, PurposeFields, stillWrong, type Purpose, type PurposeErrors } from './PurposeFields'
import { offeredOwners } from './rights'

export function CreateDialog({ onClose, onDone }: { onClose: () => void; onDone: (base: KnowledgeBase) => void }) {
  const { t } = useI18n()
  const { me } = useSession()
  const id = useId()
  const owners = offeredOwners(me)
  const [name, setName] = useState('')
  const [owner, setOwner] = useState(owners[0]?.key ?? 'person')
  const chosen = owners.find((offer) => offer.key === owner)
  const [protection, setProtection] = useState<ProtectionClass>(LEAST)
  const [bound, setBound] = useState<Purpose>({ purpose: '', uses: null })
  const [missing, setMissing] = useState(false)
  const [wrong, setWrong] = useState<PurposeErrors>({})
  const [error, setError] = useState<unknown>(null)
  const save = (event: FormEvent) => {
    event.preventDefault()
    const found = purposeErrors(bound)
    setMissing(!name.trim())
    setWrong(found)
    if (name.trim() && !found.purpose && !found.uses) createKnowledgeBase({ name: name.trim(), purpose: bound.purpose.trim(), uses: bound.uses, protection_class: protection, owner: chosen?.owner ?? 'person', ...(chosen?.unit ? { unit: chosen.unit } : {}) }).then(onDone, setError)
  }
  return (
    <Dialog title={t('kb.create')} onClose={onClose} footer={<Button type="submit" form={`${id}f`} variant="primary" label={t('kb.create')} />}>
      {error !== null && <ErrorNote error={error} />}
      <form id={`${id}f`} noValidate onSubmit={save} className="form">
        <div className={`field${missing ? ' field--error' : ''}`}>
          <label htmlFor={id}>{t('kb.create.name')}</label>
          <input id={id} className="input" value={name} maxLength={120} aria-required="true" aria-invalid={missing || undefined} aria-describedby={missing ? `${id}e` : undefined} onChange={(event) => setName(event.target.value)} />
          {missing && <p className="field-error" id={`${id}e`} role="alert">{t('form.error.required')}</p>}
        </div>
        <PurposeFields value={bound} errors={wrong} onChange={(changed) => {
          setBound(changed)
          setWrong((old) => stillWrong(old, changed))
        }} />
        {owners.length > 1 && <Radios legend={t('kb.create.owner')} name={`${id}o`} value={owner} onChange={setOwner} options={owners.map((offer) => [offer.key, offer.name ? `${t('kb.owner.unit')}: ${offer.name}` : t(`kb.owner.${offer.owner}`)] as const)} />}
        <ProtectionSelect label={t('protection.base')} value={protection} from="offen" onChange={setProtection} />
        <p className="hint">{t('protection.refused')}</p>
      </form>
    </Dialog>
  )
}
