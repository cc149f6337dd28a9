// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Note } from '../kern/Note'
import { useSession } from '../session'

/** Stands before the first input of every conversation (AI Act, Art. 50). */
export function AiNotice() {
  const { t } = useI18n()
  const { modules } = useSession()
  const chat = modules.find((module) => module.id === 'chat')
  return (
    <Note kind="info">
      <strong>{t('chat.notice.title')}</strong> {t('chat.notice')}
      {chat && chat.mode !== 'generative' && <> {t('chat.notice.extractive')}</>}
    </Note>
  )
}
