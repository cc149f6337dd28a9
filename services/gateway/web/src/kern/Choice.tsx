// SPDX-License-Identifier: EUPL-1.2
import { useId } from 'react'
import { Icon } from './Icon'

type Props = { label: string; value: string; options: readonly (readonly [value: string, label: string])[]; onChange: (value: string) => void; id?: string; error?: string | undefined; required?: boolean }

/** One of several, as the browser's own list. */
export function Choice({ label, value, options, onChange, id, error, required }: Props) {
  const own = useId()
  const name = id ?? own
  return (
    <div className={`field${error ? ' field--error' : ''}`}>
      <label htmlFor={name}>{label}</label>
      <select id={name} className="input" value={value} aria-required={required} aria-invalid={error ? true : undefined} aria-describedby={error ? `${name}e` : undefined} onChange={(event) => onChange(event.target.value)}>
        {options.map(([option, text]) => <option key={option} value={option}>{text}</option>)}
      </select>
      {error && <p className="field-error" id={`${name}e`}><Icon name="danger" />{error}</p>}
    </div>
  )
}
