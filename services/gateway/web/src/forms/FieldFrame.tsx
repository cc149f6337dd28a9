// SPDX-License-Identifier: EUPL-1.2
import type { ReactNode } from 'react'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { fieldId, useForm, type FieldProps } from './context'
import { pointer } from './schema'

export type Wiring = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined; 'aria-required': true | undefined }

export function useWiring({ path, help, required }: FieldProps): Wiring & { error: string | undefined } {
  const { base, errors } = useForm()
  const id = fieldId(base, path)
  const error = errors.get(pointer(path))
  const describedBy = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(' ')
  return { id, error, 'aria-describedby': describedBy || undefined, 'aria-invalid': error ? true : undefined, 'aria-required': required || undefined }
}

/** Label, help and error around a control. `group` makes a fieldset with a legend instead. */
export function FieldFrame({ props, group = false, children }: { props: FieldProps; group?: boolean; children: ReactNode }) {
  const { t } = useI18n()
  const { id, error } = useWiring(props)
  const title = <>{props.label}{!props.required && <span className="optional"> {t('form.optional')}</span>}</>
  const inside = (
    <>
      {props.help && <p className="hint" id={`${id}-help`}>{props.help}</p>}
      {children}
      {error && <p className="field-error" id={`${id}-error`}><Icon name="danger" />{error}</p>}
    </>
  )
  const classes = `field${error ? ' field--error' : ''}`
  if (group) return <fieldset className={classes} id={`${id}-group`} tabIndex={-1}><legend>{title}</legend>{inside}</fieldset>
  return <div className={classes}><label htmlFor={id}>{title}</label>{inside}</div>
}
