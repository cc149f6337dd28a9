// SPDX-License-Identifier: EUPL-1.2
import type { Explanation } from '../api/explanation'
import { useI18n } from '../i18n'

/** How the query was read: as what, which of its words count, and which other words stand for them. */
export function Reading({ reading }: { reading: Explanation['reading'] }) {
  const { t, number } = useI18n()
  return (
    <section aria-labelledby="check-reading" className="checked-part">
      <h2 id="check-reading">{t('check.reading')}</h2>
      <p>{t(`check.form.${reading.form}`)}{reading.references.length > 0 && ` ${t('check.cited.found', { what: reading.references.join(', ') })}`}</p>
      {reading.words.length === 0 ? <p>{t('check.nowords')}</p> : (
        <table className="docs">
          <thead><tr><th scope="col">{t('check.word')}</th><th scope="col" className="num">{t('check.weight')}</th><th scope="col">{t('check.also')}</th></tr></thead>
          <tbody>
            {reading.words.map((one) => (
              <tr key={one.word}>
                <th scope="row" lang="de">{one.word}{!one.known && <span className="hint">{t('check.unknown')}</span>}</th>
                <td className="num" data-label={t('check.weight')}>{number(one.weight)}</td>
                <td lang="de" data-label={t('check.also')}>{one.also.slice(1).join(', ') || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
