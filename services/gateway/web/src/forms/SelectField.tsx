// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { fieldId, useForm, type FieldProps } from './context'
import { FieldFrame, useWiring } from './FieldFrame'
import { getAt } from './schema'

/** Up to so many choices are shown at once as radio buttons: one sees them all without opening anything. */
const RADIOS = 4

export function SelectField(props: FieldProps) {
  const { t, label } = useI18n()
  const { base, values, change } = useForm()
  const { error: _error, ...wiring } = useWiring(props)
  const { field, path } = props
  const value = getAt(values, path)
  const options = field.enum ?? []
  const name = (option: string | number) => label(field['x-enum-labels']?.[String(option)], String(option))
  if (options.length <= RADIOS && !field.nullable) {
    return (
      <FieldFrame props={props} group>
        <div className="radios-row">
          {options.map((option, i) => {
            const id = i === 0 ? wiring.id : `${fieldId(base, path)}-${option}`
            return (
              <div key={option} className="kern-form-check check">
                <input id={id} type="radio" name={wiring.id} className="kern-form-check__radio" checked={value === option} onChange={() => change(path, option)} />
                <label htmlFor={id}>{name(option)}</label>
              </div>
            )
          })}
        </div>
      </FieldFrame>
    )
  }
  return (
    <FieldFrame props={props}>
      <select {...wiring} className="input" value={value === null || value === undefined ? '' : String(value)} onChange={(event) => change(path, options.find((option) => String(option) === event.target.value) ?? null)}>
        {field.nullable && <option value="">{t('form.none')}</option>}
        {options.map((option) => <option key={option} value={String(option)}>{name(option)}</option>)}
      </select>
    </FieldFrame>
  )
}
