// SPDX-License-Identifier: EUPL-1.2
import type { ComponentProps } from 'react'
import { Labelled } from './Labelled'

type Props = Omit<ComponentProps<'input'>, 'onChange'> & { label: string; hint?: string | undefined; error?: string | undefined; onChange: (value: string) => void }

/** One line with label, hint and error. */
export function TextInput({ label, hint, error, onChange, id, ...rest }: Props) {
  return (
    <Labelled label={label} hint={hint} error={error} id={id}>
      {(control) => <input {...rest} {...control} onChange={(event) => onChange(event.target.value)} />}
    </Labelled>
  )
}
