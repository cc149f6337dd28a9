// SPDX-License-Identifier: EUPL-1.2
import { fetchAuthorities, type AuthorityLine } from '../api/administration'
import { named } from '../administration/names'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Loaded } from '../kern/Loaded'
import { Note } from '../kern/Note'
import { Link } from '../router'
import { useLoad } from '../useLoad'
import { AuthorityLimitsPart } from './AuthorityLimitsPart'

export function AuthoritiesPart({ id }: { id?: string | undefined }) {
  const { t } = useI18n()
  const authorities = useLoad(fetchAuthorities)
  return (
    <Loaded of={authorities}>{(found) => {
      if (!id) return <AuthorityTable lines={found} />
      const line = found.find((one) => one.id === id)
      return line ? <AuthorityLimitsPart authority={line} /> : <Note kind="warning">{t('ops.authority.unknown')}</Note>
    }}</Loaded>
  )
}

function AuthorityTable({ lines }: { lines: readonly AuthorityLine[] }) {
  const { t, number } = useI18n()
  const nameOf = new Map(lines.map((one) => [one.id, one.name]))
  return (
    <>
      <p className="hint">{t('ops.authority.add')}</p>
      <table className="docs">
        <thead><tr><th scope="col">{t('aud.authority')}</th><th scope="col">{t('ops.authority.kind')}</th><th scope="col">{t('ops.authority.parent')}</th><th scope="col">{t('ops.authority.state')}</th><th scope="col" className="num">{t('ops.authority.bases')}</th><th scope="col" className="num">{t('ops.authority.budget')}</th></tr></thead>
        <tbody>{lines.map((line) => (
          <tr key={line.id}>
            <th scope="row">{line.state === 'gone' ? line.name : <Link to={`/operation/authorities/${line.id}`}>{line.name}</Link>}<span className="hint">{line.short}</span></th>
            <td data-label={t('ops.authority.kind')}>{named('ops.authority.kind', line.kind, t)}</td>
            <td data-label={t('ops.authority.parent')}>{(line.parent && nameOf.get(line.parent)) || '–'}</td>
            <td data-label={t('ops.authority.state')}><Badge kind={line.state === 'active' ? 'success' : 'warning'} label={named('ops.authority.state', line.state, t)} /></td>
            <td data-label={t('ops.authority.bases')} className="num">{number(line.knowledge_bases)}</td>
            <td data-label={t('ops.authority.budget')} className="num">{number(line.tokens_per_month)}</td>
          </tr>
        ))}</tbody>
      </table>
    </>
  )
}
