// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Check } from '../kern/Check'
import { fieldId, useForm, type FieldProps } from './context'
import { FieldFrame } from './FieldFrame'
import { getAt, resolve } from './schema'

/** Any of a few fixed choices, one box each. */
export function ChecksField(props: FieldProps) {
  const { label } = useI18n()
  const { root, base, values, change } = useForm()
  const { field, path } = props
  const value = getAt(values, path)
  const chosen = Array.isArray(value) ? (value as unknown[]) : []
  const options = field.items ? (resolve(field.items, root).enum ?? []) : []
  const toggle = (option: string | number, on: boolean) => change(path, options.filter((one) => (one === option ? on : chosen.includes(one))))
  return (
    <FieldFrame props={props} group>
      <div className="checks-row">
        {options.map((option, i) => <Check key={option} id={i === 0 ? fieldId(base, path) : undefined} label={label(field['x-enum-labels']?.[String(option)], String(option))} checked={chosen.includes(option)} onChange={(on) => toggle(option, on)} />)}
      </div>
    </FieldFrame>
  )
}
