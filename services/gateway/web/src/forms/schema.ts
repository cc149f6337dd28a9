// SPDX-License-Identifier: EUPL-1.2
import { Validator } from '@cfworker/json-schema'
import type { JsonSchema, Label } from '../api/types'
import type { Key } from '../i18n'

/**
 * The subset of JSON Schema that forms can show: object, string, integer, number, boolean, enum, arrays of these,
 * `anyOf [X, null]` and `$ref` into `$defs`, as Pydantic writes them.
 */
export type Field = JsonSchema & { nullable?: boolean }
export type Path = readonly (string | number)[]
export type Values = { [name: string]: unknown }

export function resolve(schema: JsonSchema, root: JsonSchema, depth = 0): Field {
  if (depth > 20) return schema
  if (schema.$ref) {
    const target = schema.$ref.replace(/^#\//, '').split('/').reduce<unknown>((node, key) => (node as Values | undefined)?.[key], root)
    const { $ref: _ref, ...own } = schema
    return { ...resolve((target ?? {}) as JsonSchema, root, depth + 1), ...own }
  }
  if (schema.anyOf) {
    const options = schema.anyOf.map((option) => resolve(option, root, depth + 1))
    const real = options.filter((option) => option.type !== 'null')
    const { anyOf: _any, ...own } = schema
    if (real.length === 1) return { ...real[0], ...own, nullable: real.length < options.length }
  }
  return schema
}

/** What a fresh form holds. Empty texts are `undefined`, so that "required" can speak. */
export function initial(schema: JsonSchema, root: JsonSchema): unknown {
  const field = resolve(schema, root)
  if (field.default !== undefined) return structuredClone(field.default)
  if (field.type === 'object') {
    return Object.fromEntries(Object.entries(field.properties ?? {}).map(([name, part]) => [name, initial(part, root)]))
  }
  if (field.nullable) return null
  if (field.type === 'array') return []
  if (field.type === 'boolean') return false
  return field.enum?.[0]
}

export const pointer = (path: Path): string => path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

export function getAt(values: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, key) => (node as Values | undefined)?.[key], values)
}

export function setAt(values: unknown, path: Path, value: unknown): unknown {
  const [head, ...rest] = path
  if (head === undefined) return value
  if (Array.isArray(values)) return values.map((item, i) => (i === head ? setAt(item, rest, value) : item))
  const node = (values ?? {}) as Values
  return { ...node, [head]: setAt(node[head], rest, value) }
}

/** What is sent: without empty optional values, so that the server's defaults hold. */
export function prune(values: unknown, schema: JsonSchema, root: JsonSchema): unknown {
  const field = resolve(schema, root)
  if (field.type !== 'object' || values === null || typeof values !== 'object') return values
  const out: Values = {}
  for (const [name, part] of Object.entries(field.properties ?? {})) {
    const value = prune((values as Values)[name], part, root)
    const optional = !(field.required ?? []).includes(name)
    if (value === undefined || (optional && (value === null || value === '' || (Array.isArray(value) && value.length === 0)))) continue
    out[name] = value
  }
  return out
}

const KEYS: Record<string, Key> = {
  required: 'form.error.required', pattern: 'form.error.pattern', minimum: 'form.error.minimum', exclusiveMinimum: 'form.error.minimum',
  maximum: 'form.error.maximum', exclusiveMaximum: 'form.error.maximum', maxLength: 'form.error.maxLength',
  minLength: 'form.error.minLength', minItems: 'form.error.items',
}
/** Keywords that only say "something below me is wrong". */
const GROUPING = new Set(['properties', '$ref', 'items', 'anyOf', 'allOf', 'oneOf', 'additionalProperties'])

/** Errors by JSON pointer, one a field; what alternatives of the whole input need says their `x-message`. */
export function validate(values: unknown, schema: JsonSchema): Map<string, Key | Label> {
  const result = new Validator(schema as ConstructorParameters<typeof Validator>[0], '2020-12', false).validate(values)
  const errors = new Map<string, Key | Label>()
  const message = schema['x-message']
  for (const unit of result.errors) {
    if (message && /^#\/(?:oneOf|anyOf)(?:\/|$)/.test(unit.keywordLocation)) {
      if (!errors.has(message.pointer)) errors.set(message.pointer, message)
      continue
    }
    const at = unit.instanceLocation.replace(/^#/, '')
    if (unit.keyword === 'required') {
      const name = /"([^"]+)"/.exec(unit.error)?.[1]
      if (name) errors.set(`${at}/${name}`, 'form.error.required')
    } else if (!GROUPING.has(unit.keyword) && at && !errors.has(at)) errors.set(at, KEYS[unit.keyword] ?? 'form.error.other')
  }
  return errors
}
