// SPDX-License-Identifier: EUPL-1.2
import type { CheckpointState } from '../api/audit'
import { useI18n } from '../i18n'
import { Note } from '../kern/Note'

/** The newest checkpoints, who signed them, and what none covers yet. */
export function Checkpoints({ state }: { state: CheckpointState }) {
  const { t, plural, number, time } = useI18n()
  return (
    <>
      <p>{t('aud.points.text', { minutes: number(state.every_minutes) })}</p>
      {state.witnesses.length === 0
        ? <Note kind="warning">{t('aud.points.nowitness')}</Note>
        : state.unwitnessed > 0 && <Note kind="info">{plural('aud.points.unwitnessed', state.unwitnessed)}</Note>}
      {state.items.length === 0 ? <p>{t('aud.points.none')}</p> : (
        <>
          <p className="hint">{plural('aud.points.uncovered', state.uncovered)}</p>
          <table className="docs">
            <thead><tr><th scope="col">{t('aud.points.number')}</th><th scope="col">{t('aud.points.at')}</th><th scope="col" className="num">{t('aud.points.records')}</th><th scope="col">{t('aud.points.signed')}</th></tr></thead>
            <tbody>{state.items.map((point) => (
              <tr key={point.number}>
                <th scope="row">{number(point.number)}</th>
                <td data-label={t('aud.points.at')}>{time(point.at)}</td>
                <td data-label={t('aud.points.records')} className="num">{number(point.records)}</td>
                <td data-label={t('aud.points.signed')}>{point.signatures.map((one) => `${t(`aud.by.${one.by}`)} (${one.key})`).join(', ')}</td>
              </tr>
            ))}</tbody>
          </table>
        </>
      )}
    </>
  )
}
