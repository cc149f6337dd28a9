// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useRef, useState } from 'react'
import { useDraft } from '../drafts'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { CopyButton } from '../kern/CopyButton'
import { Markdown } from '../markdown/Markdown'
import { plainText } from '../markdown/plain'
import { ExportButtons } from './ExportButtons'

/** A draft: read it as it will look, or edit it; what one copies is what one sees. Changes are kept under `draft`. */
export function EditableText({ text, draft, run = null }: { text: string; draft: string; run?: string | null }) {
  const { t } = useI18n()
  const id = useId()
  const [value, setValue] = useDraft(draft, text)
  const [editing, setEditing] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (editing) area.current?.focus()
  }, [editing])
  return (
    <>
      {editing ? (
        <div className="field">
          <label htmlFor={id}>{t('module.edit.label')}</label>
          <textarea id={id} ref={area} className="input" rows={16} value={value} onChange={(event) => setValue(event.target.value)} />
        </div>
      ) : <div className="paper"><Markdown source={value} /></div>}
      <div className="row">
        <CopyButton variant="secondary" text={() => (editing ? value : plainText(value))} />
        <Button variant="secondary" icon={editing ? 'check' : 'edit'} label={t(editing ? 'module.edit.done' : 'module.edit')} onClick={() => setEditing(!editing)} />
        {run !== null && value.trim() !== '' && <ExportButtons run={run} text={value} />}
      </div>
    </>
  )
}
