// SPDX-License-Identifier: EUPL-1.2
import { Check } from '../kern/Check'
import { useForm, type FieldProps } from './context'
import { useWiring } from './FieldFrame'
import { getAt } from './schema'

export function CheckField(props: FieldProps) {
  const { values, change } = useForm()
  const { id, error, 'aria-describedby': describedBy, 'aria-invalid': invalid } = useWiring(props)
  return (
    <div className={`field${error ? ' field--error' : ''}`}>
      <Check id={id} label={props.label} checked={getAt(values, props.path) === true} describedBy={describedBy} invalid={invalid} onChange={(on) => change(props.path, on)} />
      {props.help && <p className="hint" id={`${id}-help`}>{props.help}</p>}
      {error && <p className="field-error" id={`${id}-error`}>{error}</p>}
    </div>
  )
}
