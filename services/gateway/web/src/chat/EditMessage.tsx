// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useRef, useState } from 'react'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'

export function EditMessage({ text, onSend, onCancel }: { text: string; onSend: (text: string) => void; onCancel: () => void }) {
  const { t } = useI18n()
  const id = useId()
  const [draft, setDraft] = useState(text)
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.focus(), [])
  return (
    <form className="edit" onSubmit={(event) => {
      event.preventDefault()
      if (draft.trim()) onSend(draft.trim())
    }}>
      <label htmlFor={id}>{t('chat.edit.label')}</label>
      <textarea id={id} ref={area} className="input" rows={3} value={draft} aria-describedby={`${id}h`} onChange={(event) => setDraft(event.target.value)} onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel()
      }} />
      <p className="hint" id={`${id}h`}>{t('chat.edit.hint')}</p>
      <div className="row"><Button type="submit" variant="primary" icon="send" label={t('chat.edit.send')} /><Button variant="secondary" label={t('app.cancel')} onClick={onCancel} /></div>
    </form>
  )
}
