// SPDX-License-Identifier: EUPL-1.2
import { useCallback } from 'react'
import { fetchMembers } from '../api/administration'
import { useI18n } from '../i18n'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'
import { roleName } from './names'

/** Names, units and roles. No time and no number of anything that a member did (PER-01). */
export function MembersPart({ authority }: { authority: string }) {
  const { t, plural } = useI18n()
  const members = useLoad(useCallback(() => fetchMembers(authority), [authority]))
  return (
    <>
      <p className="hint">{t('adm.members.hint')}</p>
      <Loaded of={members}>{(found) => found.length === 0 ? <p>{t('adm.members.none')}</p> : (
        <table className="docs">
          <caption>{plural('adm.members.count', found.length)}</caption>
          <thead><tr><th scope="col">{t('adm.member.name')}</th><th scope="col">{t('adm.member.unit')}</th><th scope="col">{t('adm.member.roles')}</th></tr></thead>
          <tbody>{found.map((member, at) => (
            <tr key={`${at} ${member.username}`}>
              <th scope="row">{member.name ?? t('adm.member.unnamed')}{member.username && <span className="hint">{member.username}</span>}</th>
              <td data-label={t('adm.member.unit')}>{member.units.join(', ') || '–'}</td>
              <td data-label={t('adm.member.roles')}>{member.roles.map((role) => roleName(role, t)).join(', ')}</td>
            </tr>
          ))}</tbody>
        </table>
      )}</Loaded>
    </>
  )
}
