// SPDX-License-Identifier: EUPL-1.2
import { Icon, type IconName } from './Icon'

const ICONS: Record<Kind, IconName> = { info: 'info', success: 'check', warning: 'warning', danger: 'danger' }
type Kind = 'info' | 'success' | 'warning' | 'danger'

export function Badge({ kind, label, icon }: { kind: Kind; label: string; icon?: IconName }) {
  return <span className={`kern-badge kern-badge--${kind} badge`}><Icon name={icon ?? ICONS[kind]} /><span>{label}</span></span>
}
