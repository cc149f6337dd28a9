// SPDX-License-Identifier: EUPL-1.2
import { useId, type ReactNode } from 'react'

type Props = { label: string; hint?: ReactNode; checked: boolean; onChange: (checked: boolean) => void; id?: string | undefined; describedBy?: string | undefined; invalid?: boolean | undefined; required?: boolean; disabled?: boolean }

export function Check({ label, hint, checked, onChange, id, describedBy, invalid, required, disabled }: Props) {
  const own = useId()
  const input = id ?? own
  return (
    <div className="kern-form-check check">
      <input id={input} type="checkbox" className="kern-form-check__checkbox" checked={checked} aria-describedby={describedBy} aria-invalid={invalid} aria-required={required} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
      <label htmlFor={input}>{label}{hint && <span className="hint">{hint}</span>}</label>
    </div>
  )
}
