// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { fetchAllTokens, revokeAnyToken, type TokenOfAuthority } from '../api/tokens'
import { isValid, scopeNames, stateOf } from '../data/tokenText'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { ConfirmDialog } from '../kern/ConfirmDialog'
import { Loaded } from '../kern/Loaded'
import { Note } from '../kern/Note'
import { useLoad } from '../useLoad'

/** Keys for programs of everybody in the authority: whose, what for, until when; an end for each. Never when one was used. */
export function TokensPart() {
  const i18n = useI18n()
  const { t } = i18n
  const tokens = useLoad(fetchAllTokens)
  const [ended, setEnded] = useState(false)
  const [leaving, setLeaving] = useState<TokenOfAuthority | null>(null)
  const [done, setDone] = useState('')
  const ownerOf = (token: TokenOfAuthority): string => token.owner?.name ?? token.owner?.username ?? t(token.owner ? 'adm.member.unnamed' : 'adm.token.left')
  return (
    <>
      <p className="hint">{t('adm.tokens.hint')}</p>
      <div aria-live="polite">{done && <Note kind="success">{done}</Note>}</div>
      <Loaded of={tokens}>{(found) => {
        const valid = found.filter(isValid)
        const shown = ended ? found : valid
        return (
          <>
            {found.length > valid.length && <Check label={t('adm.tokens.ended', { count: found.length - valid.length })} checked={ended} onChange={setEnded} />}
            {shown.length === 0 ? <p>{t('adm.tokens.none')}</p> : (
              <table className="docs">
                <thead><tr><th scope="col">{t('adm.token.name')}</th><th scope="col">{t('adm.token.owner')}</th><th scope="col">{t('token.scopes')}</th><th scope="col">{t('token.state')}</th><th scope="col"><span className="sr-only">{t('kb.col.actions')}</span></th></tr></thead>
                <tbody>{shown.map((token) => (
                  <tr key={token.id}>
                    <th scope="row">{token.name}</th>
                    <td data-label={t('adm.token.owner')}>{ownerOf(token)}{token.owner?.name && token.owner.username && <span className="hint">{token.owner.username}</span>}</td>
                    <td data-label={t('token.scopes')}>{scopeNames(token, i18n)}</td>
                    <td data-label={t('token.state')}><Badge kind={isValid(token) ? 'success' : 'info'} label={stateOf(token, i18n)} /></td>
                    <td className="docs-act">{isValid(token) && <Button variant="secondary" label={t('token.revoke')} aria-label={t('adm.token.revoke.which', { name: token.name, owner: ownerOf(token) })} aria-haspopup="dialog" onClick={() => setLeaving(token)} />}</td>
                  </tr>
                ))}</tbody>
              </table>
            )}
          </>
        )
      }}</Loaded>
      {leaving && (
        <ConfirmDialog title={t('token.revoke.which', { name: leaving.name })} text={t('adm.token.revoke.text', { owner: ownerOf(leaving) })} confirm={t('token.revoke')} onClose={() => setLeaving(null)} act={() => revokeAnyToken(leaving.id)} onDone={() => {
          setDone(t('adm.token.revoked', { name: leaving.name }))
          setLeaving(null)
          tokens.reload()
        }} />
      )}
    </>
  )
}
