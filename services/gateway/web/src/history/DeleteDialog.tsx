// SPDX-License-Identifier: EUPL-1.2
import { deleteConversation } from '../api/endpoints'
import type { Conversation } from '../api/types'
import { conversationTitle } from '../chat/Unreadable'
import { useI18n } from '../i18n'
import { ConfirmDialog } from '../kern/ConfirmDialog'

export function DeleteDialog({ conversation, onClose, onDone }: { conversation: Conversation; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n()
  const text = t('history.delete.text', { title: conversationTitle(conversation, t) })
  return <ConfirmDialog title={t('history.delete.title')} text={text} confirm={t('app.delete')} onClose={onClose} act={() => deleteConversation(conversation.id)} onDone={onDone} />
}
