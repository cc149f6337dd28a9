// SPDX-License-Identifier: EUPL-1.2
import type { Message } from '../api/types'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'

const MARK = /\s?\[\d{1,2}\]/g

/** Behind a sentence that its sources don't bear out: which numbers, dates or §§ of it, where that is known. */
export function Unsupported({ missing = [] }: { missing?: string[] | undefined }) {
  const { t } = useI18n()
  const said = missing.length > 0 ? t('module.unsupported.values', { values: missing.join(' · ') }) : t('module.unsupported')
  return <span className="unsupported-mark"><Icon name="warning" />{said}</span>
}

/** Below a chat answer: its sentences that hold what no source of them says. */
export function UnsupportedSentences({ sentences = [] }: { sentences?: Message['unsupported'] }) {
  const { t } = useI18n()
  if (sentences.length === 0) return null
  return (
    <section className="unsupported-list" aria-label={t('module.unsupported.title')}>
      <p className="unsupported-title">{t('module.unsupported.title')}</p>
      <ul>
        {sentences.map((sentence, i) => (
          // oxlint-disable-next-line react/no-array-index-key -- a finished, fixed list
          <li key={i}><q>{sentence.text.replace(MARK, '')}</q>{' '}<Unsupported missing={sentence.missing} /></li>
        ))}
      </ul>
      <p className="hint">{t('module.unsupported.check')}</p>
    </section>
  )
}
