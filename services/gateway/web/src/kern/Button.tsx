// SPDX-License-Identifier: EUPL-1.2
import type { ComponentProps } from 'react'
import { Icon, type IconName } from './Icon'

type Props = Omit<ComponentProps<'button'>, 'children'> & {
  variant?: 'primary' | 'secondary' | 'tertiary'
  icon?: IconName
  /** The visible text, and so the name. With `iconOnly` it is hidden but still the name, and a tooltip. */
  label: string
  iconOnly?: boolean
}

export function Button({ variant = 'tertiary', icon, label, iconOnly = false, className = '', type = 'button', ...rest }: Props) {
  const classes = `kern-btn kern-btn--${variant} btn${iconOnly ? ' btn-icon' : ''} ${className}`
  return (
    // oxlint-disable-next-line react/button-has-type -- "button" unless the caller says submit
    <button type={type} className={classes} title={iconOnly ? label : undefined} {...rest}>
      {icon && <Icon name={icon} />}
      <span className={iconOnly ? 'sr-only' : 'kern-label'}>{label}</span>
    </button>
  )
}
