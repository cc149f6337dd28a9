// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import { changeConversation } from '../api/endpoints'
import type { Conversation } from '../api/types'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'

export function RenameDialog({ conversation, onClose, onDone }: { conversation: Conversation; onClose: () => void; onDone: (title: string) => void }) {
  const { t } = useI18n()
  const id = useId()
  const [title, setTitle] = useState(conversation.title ?? '')
  const [error, setError] = useState<unknown>(null)
  const save = (event: FormEvent) => {
    event.preventDefault()
    const text = title.trim()
    if (text) changeConversation(conversation.id, { title: text }).then(() => onDone(text), setError)
  }
  return (
    <Dialog title={t('history.rename.title')} onClose={onClose} footer={<Button type="submit" form={`${id}f`} variant="primary" label={t('app.save')} />}>
      {error !== null && <ErrorNote error={error} />}
      <form id={`${id}f`} onSubmit={save} className="field">
        <label htmlFor={id}>{t('history.rename.label')}</label>
        <input id={id} className="input" value={title} maxLength={200} required onChange={(event) => setTitle(event.target.value)} />
      </form>
    </Dialog>
  )
}
