// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { useForm, type FieldProps } from './context'
import { AnyField } from './AnyField'
import { FieldFrame, useWiring } from './FieldFrame'
import { getAt, initial } from './schema'

const MOST = 50

export function ArrayField(props: FieldProps) {
  const { t } = useI18n()
  const { root, values, change } = useForm()
  const { id } = useWiring(props)
  const { field, path, label } = props
  const value = getAt(values, path)
  const items = Array.isArray(value) ? (value as unknown[]) : []
  const schema = field.items ?? { type: 'string' }
  return (
    <FieldFrame props={props} group>
      {items.map((_, i) => (
        // Items have no identity of their own: their place is their name ("Eintrag 2").
        // oxlint-disable-next-line react/no-array-index-key
        <div key={i} className="array-item">
          <AnyField path={[...path, i]} schema={schema} required fallback={`${label} ${i + 1}`} />
          <Button icon="trash" label={t('form.remove', { name: label, n: i + 1 })} onClick={() => change(path, items.filter((__, j) => j !== i))} />
        </div>
      ))}
      {items.length < (field.maxItems ?? MOST) && (
        <Button id={id} variant="secondary" icon="plus" label={t('form.add', { name: label })} onClick={() => change(path, [...items, initial(schema, root)])} />
      )}
    </FieldFrame>
  )
}
