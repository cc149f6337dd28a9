// SPDX-License-Identifier: EUPL-1.2
import type { Citation } from '../api/types'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { CitationRow } from '../sources/CitationRow'

/** The honest answer when there is none, with what one can do about it. */
export function NothingFound({ citations }: { citations: Citation[] }) {
  const { t } = useI18n()
  return (
    <div className="nothing">
      <p className="nothing-title"><Icon name="search" />{t('module.notfound')}</p>
      <p>{t('module.notfound.help')}</p>
      <ul>{(['module.notfound.1', 'module.notfound.2', 'module.notfound.3'] as const).map((key) => <li key={key}>{t(key)}</li>)}</ul>
      {citations.length > 0 && <><p className="nothing-near">{t('module.near')}</p><CitationRow citations={citations} /></>}
    </div>
  )
}
