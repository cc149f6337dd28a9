// SPDX-License-Identifier: EUPL-1.2
import type { JsonSchema } from '../api/types'
import { useI18n } from '../i18n'
import { ArrayField } from './ArrayField'
import { CheckField } from './CheckField'
import { ChecksField } from './ChecksField'
import { useForm, type FieldProps } from './context'
import { FieldFrame } from './FieldFrame'
import { FilesField } from './FilesField'
import { KnowledgeField } from './KnowledgeField'
import { resolve, type Path } from './schema'
import { SelectField } from './SelectField'
import { TextField } from './TextField'

/** The control for a schema: by `x-widget` first, then by type. */
export function AnyField({ path, schema, required, fallback }: { path: Path; schema: JsonSchema; required: boolean; fallback?: string }) {
  const { label } = useI18n()
  const { root } = useForm()
  const field = resolve(schema, root)
  const widget = field['x-widget']
  if (widget === 'hidden' || field.const !== undefined) return null
  const props: FieldProps = {
    path, field, required,
    label: label(field['x-labels'], fallback ?? field.title ?? String(path.at(-1) ?? '')),
    help: label(field['x-help'], field.description ?? ''),
  }
  if (widget === 'files') return <FilesField {...props} />
  if (widget === 'knowledge-bases') return <KnowledgeField {...props} />
  if (widget === 'checks') return <ChecksField {...props} />
  if (field.enum) return <SelectField {...props} />
  switch (field.type) {
    case 'boolean':
      return <CheckField {...props} />
    case 'array':
      return <ArrayField {...props} />
    case 'object':
      return (
        <FieldFrame props={props} group>
          {Object.entries(field.properties ?? {}).map(([name, part]) => <AnyField key={name} path={[...path, name]} schema={part} required={(field.required ?? []).includes(name)} />)}
        </FieldFrame>
      )
    default:
      return <TextField {...props} />
  }
}
