// SPDX-License-Identifier: EUPL-1.2
import { TOKEN_SCOPES, type ApiToken, type TokenScope } from '../api/tokens'
import type { I18n } from '../i18n'

type Told = Pick<ApiToken, 'revoked_at' | 'expires_at' | 'scopes'>
const isKnown = (scope: string): scope is TokenScope => (TOKEN_SCOPES as readonly string[]).includes(scope)

export const isValid = (token: Told): boolean => !token.revoked_at && new Date(token.expires_at) > new Date()

/** Until when it counts, or since when no longer. */
export function stateOf(token: Told, { t, date }: I18n): string {
  if (token.revoked_at) return t('token.state.revoked', { day: date(token.revoked_at) })
  return t(isValid(token) ? 'token.state.valid' : 'token.state.expired', { day: date(token.expires_at) })
}

/** What it may do, in words; one that is not known here as it came. */
export const scopeNames = (token: Told, { t }: I18n): string => token.scopes.map((scope) => (isKnown(scope) ? t(`token.scope.${scope}`) : scope)).join(' · ')
