// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { Message } from '../api/types'
import { readDraft, useDraftKey, writeDraft } from '../drafts'
import { FileName } from '../files/FileName'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'
import { Branches, type Branch } from './Branches'
import { EditMessage } from './EditMessage'
import { UnreadableMessage } from './Unreadable'

type Props = { message: Message; branch: Branch; onEdit: (message: Message, text: string) => Promise<void> }

export function UserMessage({ message, branch, onEdit }: Props) {
  const { t, time } = useI18n()
  const draft = useDraftKey(`edit.${message.id}`)
  // An edit that a new sign-in interrupted is open again, without taking the focus.
  const [kept, setKept] = useState(() => readDraft(draft) !== '')
  const [editing, setEditing] = useState(kept)
  const close = () => {
    setEditing(false)
    setKept(false)
    writeDraft(draft, '')
  }
  const files = message.files ?? []
  return (
    <article className="message message--user" aria-labelledby={`h-${message.id}`}>
      <h2 id={`h-${message.id}`} className="sr-only">{t('chat.you')}, <time dateTime={message.created_at}>{time(message.created_at)}</time></h2>
      {editing ? (
        <EditMessage text={message.text} draft={draft} focus={!kept} onCancel={close} onSend={(text) => {
          close()
          // Could not be sent: what was written is there again the next time that the editor opens.
          void onEdit(message, text).catch(() => writeDraft(draft, text))
        }} />
      ) : (
        <>
          {message.unreadable ? <UnreadableMessage /> : <div className="bubble">{message.text}</div>}
          {files.length > 0 && <ul className="bubble-files" aria-label={t('chat.attach.list')}>{files.map((file) => <li key={typeof file === 'string' ? file : file.id}><Icon name="document" /><FileName file={file} /></li>)}</ul>}
          <div className="acts">
            <Branches branch={branch} />
            {!branch.disabled && !message.unreadable && <Button icon="edit" label={t('chat.edit')} onClick={() => setEditing(true)} />}
          </div>
        </>
      )}
    </article>
  )
}
