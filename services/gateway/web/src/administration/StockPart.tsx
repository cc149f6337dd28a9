// SPDX-License-Identifier: EUPL-1.2
import { useCallback } from 'react'
import { fetchStock } from '../api/administration'
import { useI18n } from '../i18n'
import { Loaded } from '../kern/Loaded'
import { Note } from '../kern/Note'
import { nameOfUse } from '../knowledge/uses'
import { useModules } from '../session'
import { useLoad } from '../useLoad'
import { className } from './names'

/** Common knowledge bases with their sums; no content, none of persons (TEN-14). */
export function StockPart({ authority }: { authority: string }) {
  const i18n = useI18n()
  const { t, number, bytes, date } = i18n
  const modules = useModules()
  const stock = useLoad(useCallback(() => fetchStock(authority), [authority]))
  return (
    <>
      <p className="hint">{t('adm.stock.hint')}</p>
      <Loaded of={stock}>{(found) => found.length === 0 ? <p>{t('adm.stock.none')}</p> : (
        <>
          {found.some((line) => line.documents === null) && <Note kind="warning">{t('adm.stock.unknown')}</Note>}
          <table className="docs">
            <thead><tr><th scope="col">{t('adm.stock.name')}</th><th scope="col">{t('adm.stock.owner')}</th><th scope="col">{t('adm.stock.class')}</th><th scope="col" className="num">{t('adm.stock.documents')}</th><th scope="col" className="num">{t('adm.stock.size')}</th><th scope="col" className="num">{t('adm.stock.changed')}</th></tr></thead>
            <tbody>{found.map((line) => (
              <tr key={line.id}>
                <th scope="row">{line.name}<span className="hint">{line.purpose ? t('purpose.is', { purpose: line.purpose }) : t('purpose.unstated')}</span>{line.uses && <span className="hint">{t('purpose.uses.are', { uses: line.uses.map((use) => nameOfUse(use, modules, i18n)).join(', ') })}</span>}</th>
                <td data-label={t('adm.stock.owner')}>{line.unit ?? t('adm.stock.owner.authority')}</td>
                <td data-label={t('adm.stock.class')}>{className(line.protection_class, t)}</td>
                <td data-label={t('adm.stock.documents')} className="num">{line.documents === null ? '–' : number(line.documents)}</td>
                <td data-label={t('adm.stock.size')} className="num">{line.bytes === null ? '–' : bytes(line.bytes)}</td>
                <td data-label={t('adm.stock.changed')} className="num">{line.changed_at ? date(line.changed_at) : line.documents === 0 ? t('adm.stock.empty') : '–'}</td>
              </tr>
            ))}</tbody>
          </table>
        </>
      )}</Loaded>
    </>
  )
}
