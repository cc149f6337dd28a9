// SPDX-License-Identifier: EUPL-1.2
import type { ReactNode } from 'react'
import { Icon, type IconName } from './Icon'

type Kind = 'info' | 'success' | 'warning' | 'danger'
const ICONS: Record<Kind, IconName> = { info: 'info', success: 'check', warning: 'warning', danger: 'danger' }

/** One or two lines with a coloured edge; KERN's alert card is too tall for a work tool. `alert` speaks at once. */
export function Note({ kind, children, alert = false, actions }: { kind: Kind; children: ReactNode; alert?: boolean; actions?: ReactNode }) {
  return (
    <div className={`note note--${kind}`} role={alert ? 'alert' : undefined}>
      <Icon name={ICONS[kind]} />
      <div className="note-text">{children}{actions && <div className="note-actions">{actions}</div>}</div>
    </div>
  )
}
