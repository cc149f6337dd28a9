// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useRef } from 'react'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'

export type FormError = { id: string; label: string; text: string }

/** All errors in one box above the form; it takes the focus, its links go to the fields. */
export function ErrorSummary({ errors, serial }: { errors: FormError[]; serial: number }) {
  const { plural } = useI18n()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.focus(), [serial])
  return (
    // The box is where the focus goes after a refused submit, so it is focusable by script.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={box} className="error-summary" role="alert" tabIndex={-1}>
      <h2><Icon name="danger" />{plural('form.errors', errors.length)}</h2>
      <ul>
        {errors.map((error) => (
          <li key={error.id + error.text}>
            <a href={`#${error.id}`} onClick={(event) => {
              const target = document.getElementById(error.id) ?? document.getElementById(`${error.id}-group`)
              if (!target) return
              event.preventDefault()
              target.focus()
            }}>{error.label ? `${error.label}: ` : ''}{error.text}</a>
          </li>
        ))}
      </ul>
    </div>
  )
}
