// SPDX-License-Identifier: EUPL-1.2
import type { ReactNode } from 'react'
import { useI18n } from '../i18n'

export function AnswerHead({ id, children, created }: { id: string; children?: ReactNode; created?: string }) {
  const { t, time } = useI18n()
  return (
    <div className="answer-head">
      <svg className="answer-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="7" /><path d="M22 11.500a7.500 7.500 0 1 0 .5 8.500V16h-6" /></svg>
      <h2 id={id}>{t('chat.assistant')}{created && <span className="sr-only">, <time dateTime={created}>{time(created)}</time></span>}</h2>
      {children}
    </div>
  )
}
