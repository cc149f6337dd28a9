// SPDX-License-Identifier: EUPL-1.2
import { Fragment } from 'react'
import type { Sentence } from '../api/types'
import { useI18n } from '../i18n'
import { CiteButton } from '../markdown/CiteButton'
import { Unsupported } from '../sources/Unsupported'

const MARK = /\s?\[\d{1,2}\]/g

/** An answer sentence by sentence: each with its sources, or with what of it is not borne out. */
export function Sentences({ sentences }: { sentences: Sentence[] }) {
  const { t } = useI18n()
  const open = sentences.some((sentence) => !sentence.supported)
  return (
    <div className="sentences">
      {sentences.map((sentence, i) => (
        // Sentences are a finished, fixed list.
        // oxlint-disable-next-line react/no-array-index-key
        <p key={i} className={sentence.supported ? undefined : 'unsupported'}>
          {sentence.text.replace(MARK, '')}
          {sentence.citations.map((n) => <Fragment key={n}>{' '}<CiteButton n={n} /></Fragment>)}
          {!sentence.supported && <>{' '}<Unsupported missing={sentence.missing} /></>}
        </p>
      ))}
      {open && <p className="hint">{t('module.unsupported.help')}</p>}
    </div>
  )
}
