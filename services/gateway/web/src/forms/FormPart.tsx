// SPDX-License-Identifier: EUPL-1.2
import type { JsonSchema } from '../api/types'
import { useI18n } from '../i18n'
import { AnyField } from './AnyField'
import { useForm } from './context'
import { getAt, resolve } from './schema'

/** What a schema's properties are shown as: single fields, and parts of fields that most people leave alone. */
export type Group = { key: string; part: JsonSchema['x-part']; names: string[] }

export function groups(schema: JsonSchema): Group[] {
  const found: Group[] = []
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const part = resolve(property, schema)['x-part']
    const own = part && found.find((group) => group.part?.de === part.de)
    if (own) own.names.push(name)
    else found.push({ key: name, part, names: [name] })
  }
  return found
}

/** Fields behind their common name; open where one of them says something or is wrong. */
export function FormPart({ schema, group }: { schema: JsonSchema; group: Group }) {
  const { label } = useI18n()
  const { values, errors } = useForm()
  const fields = group.names.map((name) => <AnyField key={name} path={[name]} schema={schema.properties?.[name] ?? {}} required={(schema.required ?? []).includes(name)} />)
  if (!group.part) return fields
  const said = group.names.some((name) => {
    const value = getAt(values, [name])
    return (value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)) || [...errors.keys()].some((at) => at === `/${name}` || at.startsWith(`/${name}/`))
  })
  return (
    <details className="form-part" open={said || undefined}>
      <summary>{label(group.part)}</summary>
      <div className="form-part-fields">{fields}</div>
    </details>
  )
}
