// SPDX-License-Identifier: EUPL-1.2
import { fetchAuthorities, fetchModelLoad } from '../api/administration'
import { useI18n } from '../i18n'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'

const now = async () => ({ load: await fetchModelLoad(), authorities: await fetchAuthorities() })

/** Requests at the models now; authorities with fewer than five are not named (PER-01). */
export function LoadNow() {
  const { t, number } = useI18n()
  const state = useLoad(now)
  return (
    <section className="duty-sub" aria-labelledby="load-title">
      <h3 id="load-title">{t('ops.load')}</h3>
      <Loaded of={state}>{({ load, authorities }) => {
        const busy = Object.entries(load.authorities).toSorted((a, b) => b[1] - a[1])
        return (
          <>
            <p className="row"><progress max={load.limit} value={load.in_flight} aria-hidden="true" /><span>{t('ops.load.now', { count: number(load.in_flight), limit: number(load.limit) })}</span></p>
            {busy.length > 0 && <ul>{busy.map(([id, count]) => <li key={id}>{authorities.find((one) => one.id === id)?.name ?? id}: {number(count)}</li>)}</ul>}
            <p className="hint">{t('ops.load.hint')}</p>
          </>
        )
      }}</Loaded>
    </section>
  )
}
