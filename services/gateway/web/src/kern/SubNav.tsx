// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Link } from '../router'

/** The parts of a page that has several: links, so that each has an address and a place in the history. */
export function SubNav({ label, parts, current }: { label: string; parts: readonly (readonly [to: string, text: string])[]; current: string }) {
  const { t } = useI18n()
  return (
    <nav className="subnav" aria-label={`${label}: ${t('duty.parts')}`}>
      <ul>
        {parts.map(([to, text]) => <li key={to}><Link to={to} aria-current={to === current ? 'page' : undefined}>{text}</Link></li>)}
      </ul>
    </nav>
  )
}
