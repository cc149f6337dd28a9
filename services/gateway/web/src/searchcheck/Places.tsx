// SPDX-License-Identifier: EUPL-1.2
import type { BranchPlace } from '../api/explanation'
import { useI18n, type Key } from '../i18n'

const NAMES: Record<string, Key> = {
  body: 'check.list.body', compounds: 'check.list.compounds', heading: 'check.list.heading', place: 'check.list.place',
  subjects: 'check.list.subjects', asked: 'check.list.asked', cited: 'check.list.cited', dense: 'check.list.dense',
}

/** Where a hit stands in each list of the search; in one that is not named it does not stand at all. */
export function Places({ branches, near }: { branches: BranchPlace[]; near: number }) {
  const { t, number, percent } = useI18n()
  return (
    <table className="docs places">
      <caption>{t('check.places')}</caption>
      <thead><tr><th scope="col">{t('check.list')}</th><th scope="col" className="num">{t('check.rank')}</th><th scope="col" className="num">{t('check.share')}</th></tr></thead>
      <tbody>
        {branches.map(({ branch, rank, share }) => (
          <tr key={branch}><th scope="row">{t(NAMES[branch] ?? 'check.list.other')}</th><td className="num" data-label={t('check.rank')}>{rank}</td><td className="num" data-label={t('check.share')}>{percent(share)}</td></tr>
        ))}
      </tbody>
      {near > 0 && <tfoot><tr><td colSpan={3}>{t('check.near', { near: number(near) })}</td></tr></tfoot>}
    </table>
  )
}
