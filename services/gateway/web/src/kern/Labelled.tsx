// SPDX-License-Identifier: EUPL-1.2
import { useId, type ReactNode } from 'react'
import { Icon } from './Icon'

type Control = { id: string; className: string; 'aria-invalid': true | undefined; 'aria-describedby': string | undefined }
type Props = { label: string; hint?: string | undefined; error?: string | undefined; id?: string | undefined; children: (control: Control) => ReactNode }

/** A control for text with its label, hint and error; `children` get what ties the control to them. */
export function Labelled({ label, hint, error, id, children }: Props) {
  const own = useId()
  const name = id ?? own
  const described = [error && `${name}e`, hint && `${name}h`].filter(Boolean).join(' ')
  return (
    <div className={`field${error ? ' field--error' : ''}`}>
      <label htmlFor={name}>{label}</label>
      {hint && <p className="hint" id={`${name}h`}>{hint}</p>}
      {children({ id: name, className: 'input', 'aria-invalid': error ? true : undefined, 'aria-describedby': described || undefined })}
      {error && <p className="field-error" id={`${name}e`}><Icon name="danger" />{error}</p>}
    </div>
  )
}
