// SPDX-License-Identifier: EUPL-1.2
import type { Conversation } from '../api/types'
import { useI18n, type I18n } from '../i18n'
import { Note } from '../kern/Note'

/** Stands where a message can't be shown: that something was there is never hidden. */
export function UnreadableMessage() {
  const { t } = useI18n()
  return <Note kind="warning"><strong>{t('unreadable.message')}</strong> {t('unreadable.message.why')}</Note>
}

export const conversationTitle = ({ title, unreadable }: Pick<Conversation, 'title' | 'unreadable'>, t: I18n['t']): string =>
  title || t(unreadable ? 'unreadable.title' : 'chat.untitled')
