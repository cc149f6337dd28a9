// SPDX-License-Identifier: EUPL-1.2
import { useCallback } from 'react'
import { fetchHouseStyle } from '../api/houseStyle'
import { useI18n } from '../i18n'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'
import { HouseStyleForm } from './HouseStyleForm'
import { HouseStyleVersions } from './HouseStyleVersions'

/** Letterhead, forms of address, words and templates of the authority's drafts. */
export function HouseStylePart({ authority }: { authority: string }) {
  const { t } = useI18n()
  const view = useLoad(useCallback(() => fetchHouseStyle(authority), [authority]))
  return (
    <>
      <p className="hint">{t('style.hint')}</p>
      <Loaded of={view}>{(found) => (
        <>
          <HouseStyleForm authority={authority} style={found.style} onSaved={view.set} />
          <HouseStyleVersions authority={authority} view={found} />
        </>
      )}</Loaded>
    </>
  )
}
