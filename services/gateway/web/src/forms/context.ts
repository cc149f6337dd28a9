// SPDX-License-Identifier: EUPL-1.2
import { createContext, useContext } from 'react'
import type { JsonSchema } from '../api/types'
import type { Field, Path } from './schema'

/** What every field of one form shares. */
export type FormContext = {
  root: JsonSchema
  base: string
  /** The module that the form is for: what knowledge bases would be used for. */
  use: string | undefined
  values: unknown
  errors: ReadonlyMap<string, string>
  change: (path: Path, value: unknown) => void
  /** A field that waits for something (an upload) says so here; the form then does not start. */
  wait: (path: Path, waiting: boolean) => void
}
export const Form = createContext<FormContext | null>(null)
export function useForm(): FormContext {
  const form = useContext(Form)
  if (!form) throw new Error('useForm outside of a form')
  return form
}
export type FieldProps = { path: Path; field: Field; label: string; help: string; required: boolean }
export const fieldId = (base: string, path: Path): string => `${base}-${path.join('-')}`
