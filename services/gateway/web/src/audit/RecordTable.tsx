// SPDX-License-Identifier: EUPL-1.2
import { named } from '../administration/names'
import type { AuditRecord } from '../api/audit'
import { useI18n } from '../i18n'

/** Records as they are kept: ids, numbers and words of the platform. */
export function RecordTable({ records, nameOf }: { records: readonly AuditRecord[]; nameOf: (authority: string) => string }) {
  const { t } = useI18n()
  return (
    <table className="docs records">
      <thead><tr><th scope="col">{t('aud.col.at')}</th><th scope="col">{t('aud.col.action')}</th><th scope="col">{t('aud.col.authority')}</th><th scope="col">{t('aud.col.actor')}</th><th scope="col">{t('aud.col.object')}</th><th scope="col">{t('aud.col.facts')}</th></tr></thead>
      <tbody>{records.map((record) => <Row key={`${record.chain} ${record.seq}`} record={record} nameOf={nameOf} />)}</tbody>
    </table>
  )
}

function Row({ record, nameOf }: { record: AuditRecord; nameOf: (authority: string) => string }) {
  const { t, time, number } = useI18n()
  const { actor, application, facts } = record
  const area = record.action.split('.')[0] ?? ''
  return (
    <tr>
      <th scope="row">{time(record.at)}<span className="hint">{t('aud.chain', { seq: number(record.seq) })}</span></th>
      <td data-label={t('aud.col.action')}>{named('aud.area', area, t)}<span className="hint"><code>{record.action}</code></span>{record.outcome !== 'ok' && <span className="hint">{t('aud.outcome', { outcome: record.outcome })}</span>}</td>
      <td data-label={t('aud.col.authority')}>{record.authority ? nameOf(record.authority) : t('aud.authority.tenant')}</td>
      <td data-label={t('aud.col.actor')} className="id">{actor ?? t('aud.actor.platform')}{application && application !== actor && <span className="hint">{t('aud.actor.application', { id: application })}</span>}</td>
      <td data-label={t('aud.col.object')} className="id">{record.object_kind ?? '–'}{record.object && <span className="hint">{record.object}</span>}</td>
      <td data-label={t('aud.col.facts')} className="id">{Object.entries(facts).map(([name, value]) => `${name}: ${String(value)}`).join(', ') || '–'}</td>
    </tr>
  )
}
