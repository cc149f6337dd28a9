// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Note } from '../kern/Note'

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [])

type Wording = { written: string; say: string }
const wordings = (value: unknown): Wording[] => (Array.isArray(value) ? (value as Wording[]) : [])

/** What a person must still add, and what stands in no source: shown before anyone uses the text. */
export function Gaps({ result }: { result: Record<string, unknown> }) {
  const { t } = useI18n()
  const gaps = texts(result['gaps'])
  const unverified = texts(result['unverified'])
  const words = [...new Set(wordings(result['wordings']).map((one) => t('module.wording', { say: one.say, written: one.written })))]
  return (
    <>
      {gaps.length > 0 && <Note kind="warning"><strong>{t('module.gaps')}</strong> {gaps.join(' · ')}</Note>}
      {unverified.length > 0 && <Note kind="warning"><strong>{t('module.unverified')}</strong> {unverified.join(' · ')}</Note>}
      {words.length > 0 && <Note kind="info"><strong>{t('module.wordings')}</strong> {words.join(' · ')}</Note>}
    </>
  )
}
