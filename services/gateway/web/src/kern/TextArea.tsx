// SPDX-License-Identifier: EUPL-1.2
import { useId, type ComponentProps } from 'react'
import { Icon } from './Icon'

type Props = Omit<ComponentProps<'textarea'>, 'onChange'> & { label: string; hint?: string | undefined; error?: string | undefined; onChange: (value: string) => void }

/** Several lines with label, hint and error. */
export function TextArea({ label, hint, error, onChange, id, ...rest }: Props) {
  const own = useId()
  const name = id ?? own
  const described = [error && `${name}e`, hint && `${name}h`].filter(Boolean).join(' ')
  return (
    <div className={`field${error ? ' field--error' : ''}`}>
      <label htmlFor={name}>{label}</label>
      {hint && <p className="hint" id={`${name}h`}>{hint}</p>}
      <textarea {...rest} id={name} className="input" aria-invalid={error ? true : undefined} aria-describedby={described || undefined} onChange={(event) => onChange(event.target.value)} />
      {error && <p className="field-error" id={`${name}e`}><Icon name="danger" />{error}</p>}
    </div>
  )
}
