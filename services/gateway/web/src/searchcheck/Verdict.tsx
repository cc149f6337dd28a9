// SPDX-License-Identifier: EUPL-1.2
import type { Explanation } from '../api/explanation'
import { useI18n } from '../i18n'
import { Note } from '../kern/Note'

/** Whether an answer would be given, how sure that is, and what the search cost. */
export function Verdict({ found }: { found: Explanation }) {
  const { t, number } = useI18n()
  const { answerable, confidence, elsewhere } = found.verdict
  const sure = { sure: number(confidence), needed: number(found.threshold) }
  const total = found.steps.reduce((sum, step) => sum + step.milliseconds, 0)
  return (
    <>
      <Note kind={answerable ? 'success' : 'info'}>
        <strong>{t(answerable ? 'check.answerable' : 'check.unanswerable')}</strong> {t('check.sure', sure)}{elsewhere && ` ${t('check.elsewhere', { where: elsewhere })}`}
      </Note>
      <p className="hint">{t('check.cost', { passages: found.candidates, documents: found.searched.documents, ms: number(total) })}{' '}({found.steps.map((step) => `${t(`check.step.${step.name}`)} ${number(step.milliseconds)} ms`).join(', ')})</p>
    </>
  )
}
