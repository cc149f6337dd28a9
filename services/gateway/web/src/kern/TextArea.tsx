// SPDX-License-Identifier: EUPL-1.2
import type { ComponentProps } from 'react'
import { Labelled } from './Labelled'

type Props = Omit<ComponentProps<'textarea'>, 'onChange'> & { label: string; hint?: string | undefined; error?: string | undefined; onChange: (value: string) => void }

/** Several lines with label, hint and error. */
export function TextArea({ label, hint, error, onChange, id, ...rest }: Props) {
  return (
    <Labelled label={label} hint={hint} error={error} id={id}>
      {(control) => <textarea {...rest} {...control} onChange={(event) => onChange(event.target.value)} />}
    </Labelled>
  )
}
