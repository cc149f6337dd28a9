// SPDX-License-Identifier: EUPL-1.2
import { fetchUsage } from '../api/administration'
import { useI18n } from '../i18n'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'
import { named } from './names'

/** Sums by day and kind; days with fewer than five people are hidden by the server (PER-01). */
export function UsagePart() {
  const { t, number, date } = useI18n()
  const usage = useLoad(fetchUsage)
  return (
    <>
      <p className="hint">{t('adm.usage.hint')}</p>
      <Loaded of={usage}>{(rows) => rows.length === 0 ? <p>{t('adm.usage.none')}</p> : (
        <table className="docs">
          <thead><tr><th scope="col">{t('adm.usage.day')}</th><th scope="col">{t('adm.usage.kind')}</th><th scope="col" className="num">{t('adm.usage.requests')}</th><th scope="col" className="num">{t('adm.usage.tokens')}</th></tr></thead>
          <tbody>{rows.map((row) => (
            <tr key={`${row.day} ${row.kind}`}>
              <th scope="row">{date(row.day)}</th>
              <td data-label={t('adm.usage.kind')}>{named('adm.usage.kind', row.kind, t)}</td>
              {row.suppressed
                ? <td colSpan={2} className="num muted">{t('adm.usage.hidden')}</td>
                : <><td data-label={t('adm.usage.requests')} className="num">{number(row.requests ?? 0)}</td><td data-label={t('adm.usage.tokens')} className="num">{number((row.input_tokens ?? 0) + (row.output_tokens ?? 0))}</td></>}
            </tr>
          ))}</tbody>
        </table>
      )}</Loaded>
    </>
  )
}
