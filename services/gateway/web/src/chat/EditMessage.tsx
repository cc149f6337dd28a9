// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useRef } from 'react'
import { useDraft } from '../drafts'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'

type Props = { text: string; draft: string; focus?: boolean; onSend: (text: string) => void; onCancel: () => void }

/** Changes are kept under `draft` until they are sent or cancelled. */
export function EditMessage({ text, draft: key, focus = true, onSend, onCancel }: Props) {
  const { t } = useI18n()
  const id = useId()
  const [draft, setDraft] = useDraft(key, text)
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (focus) area.current?.focus()
  }, [focus])
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
