// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useId, useMemo, useRef, useState, type FormEvent, type ReactNode } from 'react'
import type { JsonSchema } from '../api/types'
import { useI18n } from '../i18n'
import { fieldId, Form } from './context'
import { ErrorSummary, type FormError } from './ErrorSummary'
import { FormPart, groups } from './FormPart'
import { initial, pointer, prune, resolve, setAt, validate, type Path, type Values } from './schema'

type Props = {
  schema: JsonSchema
  /** Id of the module. */
  use?: string
  onSubmit: (values: Values) => void
  /** Errors of the server, by JSON pointer (also below `/input`). */
  serverErrors?: { pointer: string; detail: string }[]
  start?: Values
  /** Told after each change, so that what was written can be kept. */
  onValues?: (values: Values) => void
  children: ReactNode
}

/** A form made from a JSON schema; checks as the server will, and shows what the server still refuses. */
export function SchemaForm({ schema, use, onSubmit, serverErrors, start, onValues, children }: Props) {
  const { t, label } = useI18n()
  const base = useId()
  const [values, setValues] = useState<unknown>(() => ({ ...(initial(schema, schema) as Values), ...start }))
  const [errors, setErrors] = useState<Map<string, string>>(new Map())
  const [tries, setTries] = useState(0)
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set())

  const change = useCallback((path: Path, value: unknown) => {
    setValues((old: unknown) => setAt(old, path, value))
    setErrors((old) => {
      if (!old.has(pointer(path))) return old
      const next = new Map(old)
      next.delete(pointer(path))
      return next
    })
  }, [])
  const wait = useCallback((path: Path, on: boolean) => setWaiting((old) => {
    if (old.has(pointer(path)) === on) return old
    const next = new Set(old)
    if (on) next.add(pointer(path))
    else next.delete(pointer(path))
    return next
  }), [])

  const all = useMemo(() => {
    const merged = new Map(errors)
    for (const { pointer: at, detail } of serverErrors ?? []) merged.set(at.replace(/^\/input(s\/\d+)?(?=\/)/, ''), detail)
    return merged
  }, [errors, serverErrors])
  const context = useMemo(() => ({ root: schema, base, use, values, errors: all, change, wait }), [schema, base, use, values, all, change, wait])

  const tell = useRef(onValues)
  useEffect(() => {
    tell.current = onValues
  })
  useEffect(() => tell.current?.(prune(values, schema, schema) as Values), [values, schema])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const clean = prune(values, schema, schema) as Values
    const found = new Map([...validate(clean, schema)].map(([at, key]) => [at, typeof key === 'string' ? t(key) : label(key)]))
    for (const at of waiting) found.set(at, t('form.error.pending'))
    setErrors(found)
    setTries((old) => old + 1)
    if (found.size === 0) onSubmit(clean)
  }
  const summary: FormError[] = [...all].map(([at, text]) => {
    const parts = at.split('/').slice(1)
    const top = schema.properties?.[parts[0] ?? '']
    const name = top ? label(resolve(top, schema)['x-labels'], top.title ?? parts[0]) : ''
    return { id: fieldId(base, parts), label: name, text }
  })
  return (
    <Form value={context}>
      <form noValidate className="form" onSubmit={submit}>
        {summary.length > 0 && <ErrorSummary errors={summary} serial={tries + (serverErrors?.length ?? 0)} />}
        {groups(schema).map((group) => <FormPart key={group.key} schema={schema} group={group} />)}
        {children}
      </form>
    </Form>
  )
}
