// SPDX-License-Identifier: EUPL-1.2
import { fetchAuthorities, fetchUsage, type UsageRow } from '../api/administration'
import { useI18n } from '../i18n'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'

const ask = async () => ({ rows: await fetchUsage(), authorities: await fetchAuthorities() })

/** Sums of each authority; what the server hides stays hidden, and is counted (PER-01). */
export function AuthorityUsage() {
  const { t, number } = useI18n()
  const usage = useLoad(ask)
  return (
    <>
      <p className="hint">{t('adm.usage.hint')}</p>
      <Loaded of={usage}>{({ rows, authorities }) => rows.length === 0 ? <p>{t('adm.usage.none')}</p> : (
        <table className="docs">
          <thead><tr><th scope="col">{t('aud.authority')}</th><th scope="col" className="num">{t('adm.usage.requests')}</th><th scope="col" className="num">{t('adm.usage.tokens')}</th><th scope="col" className="num">{t('ops.usage.hidden')}</th></tr></thead>
          <tbody>{sums(rows).map((sum) => (
            <tr key={sum.authority}>
              <th scope="row">{authorities.find((one) => one.id === sum.authority)?.name ?? sum.authority}</th>
              <td data-label={t('adm.usage.requests')} className="num">{number(sum.requests)}</td>
              <td data-label={t('adm.usage.tokens')} className="num">{number(sum.tokens)}</td>
              <td data-label={t('ops.usage.hidden')} className="num">{number(sum.hidden)}</td>
            </tr>
          ))}</tbody>
        </table>
      )}</Loaded>
    </>
  )
}

type Sum = { authority: string; requests: number; tokens: number; hidden: number }

/** One line for each authority, most text first. `hidden`: days and kinds with fewer than five people. */
export function sums(rows: readonly UsageRow[]): Sum[] {
  const found = new Map<string, Sum>()
  for (const row of rows) {
    const sum = found.get(row.authority) ?? { authority: row.authority, requests: 0, tokens: 0, hidden: 0 }
    sum.requests += row.requests ?? 0
    sum.tokens += (row.input_tokens ?? 0) + (row.output_tokens ?? 0)
    sum.hidden += row.suppressed ? 1 : 0
    found.set(row.authority, sum)
  }
  return [...found.values()].toSorted((a, b) => b.tokens - a.tokens)
}
