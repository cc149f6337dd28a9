// SPDX-License-Identifier: EUPL-1.2
import { useId } from 'react'
import { useI18n } from '../i18n'
import { Check } from '../kern/Check'
import { Icon } from '../kern/Icon'
import { Radios } from '../kern/Radios'
import { useModules } from '../session'
import { nameOfUse, offeredUses, PURPOSE_CHARS } from './uses'

/** `uses` null = everything that reads knowledge bases, also what comes later. */
export type Purpose = { purpose: string; uses: string[] | null }
export type PurposeErrors = { purpose?: boolean; uses?: boolean }

export const purposeErrors = ({ purpose, uses }: Purpose): PurposeErrors => ({ purpose: !purpose.trim(), uses: uses?.length === 0 })
/** A mistake goes away when it is corrected, and none appears while somebody writes. */
export const stillWrong = (old: PurposeErrors, value: Purpose): PurposeErrors => {
  const now = purposeErrors(value)
  return { purpose: Boolean(old.purpose && now.purpose), uses: Boolean(old.uses && now.uses) }
}

/** What a knowledge base is there for, and what may read it. */
export function PurposeFields({ value, errors, onChange }: { value: Purpose; errors: PurposeErrors; onChange: (value: Purpose) => void }) {
  const i18n = useI18n()
  const { t } = i18n
  const modules = useModules()
  const id = useId()
  const { purpose, uses } = value
  const toggle = (use: string, on: boolean) => onChange({ purpose, uses: on ? [...(uses ?? []), use] : (uses ?? []).filter((one) => one !== use) })
  return (
    <>
      <div className={`field${errors.purpose ? ' field--error' : ''}`}>
        <label htmlFor={id}>{t('purpose.title')}</label>
        <p className="hint" id={`${id}h`}>{t('purpose.hint')}</p>
        <textarea id={id} className="input" rows={2} value={purpose} maxLength={PURPOSE_CHARS} aria-required="true" aria-invalid={errors.purpose || undefined} aria-describedby={`${errors.purpose ? `${id}e ` : ''}${id}h`} onChange={(event) => onChange({ purpose: event.target.value, uses })} />
        {errors.purpose && <p className="field-error" id={`${id}e`} role="alert"><Icon name="danger" />{t('purpose.missing')}</p>}
      </div>
      <Radios legend={t('purpose.uses')} name={`${id}u`} value={uses === null ? 'all' : 'some'} onChange={(which) => onChange({ purpose, uses: which === 'all' ? null : [] })} options={[['all', t('purpose.all')], ['some', t('purpose.some')]] as const} />
      {uses === null ? <p className="hint">{t('purpose.all.hint')}</p> : (
        <fieldset className={`field kern-fieldset${errors.uses ? ' field--error' : ''}`} aria-describedby={errors.uses ? `${id}w` : undefined}>
          <legend>{t('purpose.choose')}</legend>
          <p className="hint">{t('purpose.some.hint')}</p>
          <div className="stack">
            {offeredUses(modules, uses).map((use) => <Check key={use} label={nameOfUse(use, modules, i18n)} checked={uses.includes(use)} onChange={(on) => toggle(use, on)} />)}
          </div>
          {errors.uses && <p className="field-error" id={`${id}w`} role="alert"><Icon name="danger" />{t('purpose.none')}</p>}
        </fieldset>
      )}
    </>
  )
}
