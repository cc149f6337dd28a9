// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Check } from '../kern/Check'
import { TextInput } from '../kern/TextInput'
import { isReversed, KINDS, type Filter } from './filter'

/** Kinds of documents and the days of their upload, closed at first. */
export function FilterFields({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useI18n()
  return (
    <details className="form-part">
      <summary>{t('filter.title')}</summary>
      <div className="form-part-fields">
        <fieldset className="field">
          <legend>{t('filter.kinds')}</legend>
          <div className="checks-row">
            {KINDS.map((kind) => <Check key={kind} label={t(`filter.kind.${kind}`)} checked={filter.kinds.includes(kind)} onChange={(on) => onChange({ ...filter, kinds: KINDS.filter((one) => (one === kind ? on : filter.kinds.includes(one))) })} />)}
          </div>
        </fieldset>
        <div className="fields">
          <TextInput type="date" label={t('filter.from')} value={filter.from} onChange={(from) => onChange({ ...filter, from })} />
          <TextInput type="date" label={t('filter.until')} value={filter.until} error={isReversed(filter) ? t('filter.reversed') : undefined} onChange={(until) => onChange({ ...filter, until })} />
        </div>
        <p className="hint">{t('filter.day')}</p>
      </div>
    </details>
  )
}
