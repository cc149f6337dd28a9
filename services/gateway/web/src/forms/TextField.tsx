// SPDX-License-Identifier: EUPL-1.2
import { getAt } from './schema'
import { useForm, type FieldProps } from './context'
import { FieldFrame, useWiring } from './FieldFrame'

/** Texts that may have at most so many characters get a low field. */
const SHORT = 5000

/** One line, many lines, numbers and dates. */
export function TextField(props: FieldProps) {
  const { values, change } = useForm()
  const { error: _error, ...wiring } = useWiring(props)
  const { field, path } = props
  const value = getAt(values, path)
  const shown = value === undefined || value === null ? '' : String(value)
  const numeric = field.type === 'integer' || field.type === 'number'
  const store = (text: string) => {
    if (text === '') change(path, field.nullable ? null : undefined)
    else change(path, numeric && Number.isFinite(Number(text.replace(',', '.'))) ? Number(text.replace(',', '.')) : text)
  }
  return (
    <FieldFrame props={props}>
      {field['x-widget'] === 'textarea' ? (
        <textarea {...wiring} className="input" rows={(field.maxLength ?? SHORT + 1) <= SHORT ? 3 : 8} value={shown} onChange={(event) => store(event.target.value)} />
      ) : (
        <input {...wiring} className="input" type={field.format === 'date' ? 'date' : 'text'} inputMode={numeric ? 'decimal' : undefined} value={shown} onChange={(event) => store(event.target.value)} />
      )}
    </FieldFrame>
  )
}
