// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { moveKnowledgeBase } from '../api/shares'
import type { KnowledgeBase } from '../api/types'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Radios } from '../kern/Radios'
import type { OfferedOwner } from './rights'

/** Gives a knowledge base to a unit or the authority, with all documents and grants. */
export function MoveDialog({ base, owners, onClose, onDone }: { base: KnowledgeBase; owners: OfferedOwner[]; onClose: () => void; onDone: (base: KnowledgeBase) => void }) {
  const { t } = useI18n()
  const id = useId()
  const [owner, setOwner] = useState(owners[0]?.key ?? '')
  const [error, setError] = useState<unknown>(null)
  const move = (event: FormEvent) => {
    event.preventDefault()
    const chosen = owners.find((offer) => offer.key === owner)
    if (chosen) moveKnowledgeBase(base.id, { owner: chosen.owner, ...(chosen.unit ? { unit: chosen.unit } : {}) }).then(onDone, setError)
  }
  return (
    <Dialog title={t('move.title')} onClose={onClose} footer={<Button type="submit" form={id} variant="primary" label={t('move.go')} />}>
      {error !== null && <ErrorNote error={error} />}
      <p className="kern-body">{t('move.what', { name: base.name })}</p>
      <form id={id} noValidate onSubmit={move} className="form">
        <Radios legend={t('move.to')} name={`${id}o`} value={owner} onChange={setOwner} options={owners.map((offer) => [offer.key, offer.name ?? t(`kb.owner.${offer.owner}`)] as const)} />
      </form>
    </Dialog>
  )
}
