// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { Message } from '../api/types'
import { FileName } from '../files/FileName'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'
import { Branches, type Branch } from './Branches'
import { EditMessage } from './EditMessage'

type Props = { message: Message; branch: Branch; onEdit: (message: Message, text: string) => Promise<void> }

export function UserMessage({ message, branch, onEdit }: Props) {
  const { t, time } = useI18n()
  const [editing, setEditing] = useState(false)
  const files = message.files ?? []
  return (
    <article className="message message--user" aria-labelledby={`h-${message.id}`}>
      <h2 id={`h-${message.id}`} className="sr-only">{t('chat.you')}, <time dateTime={message.created_at}>{time(message.created_at)}</time></h2>
      {editing ? (
        <EditMessage text={message.text} onCancel={() => setEditing(false)} onSend={(text) => {
          setEditing(false)
          void onEdit(message, text).catch(() => undefined)
        }} />
      ) : (
        <>
          <div className="bubble">{message.text}</div>
          {files.length > 0 && <ul className="bubble-files" aria-label={t('chat.attach.list')}>{files.map((file) => <li key={typeof file === 'string' ? file : file.id}><Icon name="document" /><FileName file={file} /></li>)}</ul>}
          <div className="acts">
            <Branches branch={branch} />
            {!branch.disabled && <Button icon="edit" label={t('chat.edit')} onClick={() => setEditing(true)} />}
          </div>
        </>
      )}
    </article>
  )
}
