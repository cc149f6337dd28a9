// SPDX-License-Identifier: EUPL-1.2
import type { Locale } from '../api/types'

type Props<T extends string | number> = {
  legend: string
  name: string
  value: T
  onChange: (value: T) => void
  /** Value, label, and the language of the label where it is not that of the page. */
  options: readonly (readonly [T, string, Locale?])[]
}

export function Radios<T extends string | number>({ legend, name, value, onChange, options }: Props<T>) {
  return (
    <fieldset className="kern-fieldset radios">
      <legend>{legend}</legend>
      <div className="radios-row">
        {options.map(([option, label, lang]) => (
          <div key={option} className="kern-form-check check">
            <input id={`${name}-${option}`} name={name} type="radio" className="kern-form-check__radio" checked={option === value} onChange={() => onChange(option)} />
            <label htmlFor={`${name}-${option}`} lang={lang}>{label}</label>
          </div>
        ))}
      </div>
    </fieldset>
  )
}
