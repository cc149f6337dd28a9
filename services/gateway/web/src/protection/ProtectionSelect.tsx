// SPDX-License-Identifier: EUPL-1.2
import { useId } from 'react'
import { useI18n } from '../i18n'
import { useSession } from '../session'
import { choices, isClass, LEAST, nameKey, whyKey, type ProtectionClass } from './classes'

type Props = { label: string; value: ProtectionClass; from?: ProtectionClass; inline?: boolean; onChange: (value: ProtectionClass) => void }

/** Which class something gets; below it what the chosen one means. */
export function ProtectionSelect({ label, value, from = LEAST, inline, onChange }: Props) {
  const { t } = useI18n()
  const { me } = useSession()
  const id = useId()
  const offered = choices(me, from)
  if (offered.length < 2) return null
  return (
    <div className={inline ? 'protection-select protection-select--inline' : 'field protection-select'}>
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} aria-describedby={`${id}w`} onChange={(event) => isClass(event.target.value) && onChange(event.target.value)}>
        {offered.map((one) => <option key={one} value={one}>{t(nameKey(one))}</option>)}
      </select>
      <p className={inline ? 'sr-only' : 'hint'} id={`${id}w`}>{t(whyKey(value))}</p>
    </div>
  )
}
