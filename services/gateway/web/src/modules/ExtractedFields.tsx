// SPDX-License-Identifier: EUPL-1.2
import { Fragment } from 'react'
import { useI18n, type Key } from '../i18n'
import { de } from '../i18n/de'
import { Badge } from '../kern/Badge'
import { CopyButton } from '../kern/CopyButton'
import { CiteButton } from '../markdown/CiteButton'
import type { ExtractedField, ExtractResult } from './results'

/** What was read, field by field: the value, how sure it is, and a button to its place. */
export function ExtractedFields({ result }: { result: ExtractResult }) {
  const { t } = useI18n()
  const single = result.fields.filter((field) => steps(field).length < 3)
  return (
    <section className="extracted" aria-label={t('extract.title')}>
      {single.length > 0 && (
        <table className="docs">
          <caption className="sr-only">{t('extract.title')}</caption>
          <thead><tr><th scope="col">{t('extract.field')}</th><th scope="col">{t('extract.value')}</th><th scope="col">{t('extract.how')}</th></tr></thead>
          <tbody>
            {single.map((field) => (
              <tr key={field.path}>
                <th scope="row">{field.label}{field.required && <span className="hint">{t('extract.required')}</span>}</th>
                <td><Value field={field} /></td>
                <td><How field={field} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {tables(result.fields).map(([name, rows]) => <Rows key={name} name={name} rows={rows} />)}
      <p className="hint">{t('extract.check')}</p>
      <div className="row"><CopyButton variant="secondary" text={() => JSON.stringify(result.values, null, 2)} /></div>
    </section>
  )
}

const steps = (field: ExtractedField): string[] => field.path.split('/').slice(1)

/** Fields with a path like `/positionen/0/preis`, by table and row. */
function tables(fields: ExtractedField[]): [string, ExtractedField[][]][] {
  const found = new Map<string, ExtractedField[][]>()
  for (const field of fields) {
    const [name = '', row, column] = steps(field)
    if (column === undefined) continue
    const rows = found.get(name) ?? []
    ;(rows[Number(row)] ??= []).push(field)
    found.set(name, rows)
  }
  return [...found]
}

function Rows({ name, rows }: { name: string; rows: ExtractedField[][] }) {
  const { plural } = useI18n()
  return (
    // A wide table is moved by itself, with the keyboard too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="extracted-rows" tabIndex={0} role="region" aria-label={name}>
      <table className="docs">
        <caption>{name}: {plural('extract.rows', rows.length)}</caption>
        <thead><tr>{(rows[0] ?? []).map((field) => <th key={field.path} scope="col">{field.label}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => <tr key={row[0]?.path}>{row.map((field) => <td key={field.path}><Value field={field} /></td>)}</tr>)}
        </tbody>
      </table>
    </div>
  )
}

function Value({ field }: { field: ExtractedField }) {
  const { t } = useI18n()
  if (field.state === 'missing') return <span className="muted">{t('extract.missing')}</span>
  if (field.state === 'ambiguous') {
    return <>{field.places.map((place) => <Fragment key={place.citation}><span className="extracted-other">{place.raw} <CiteButton n={place.citation} /></span></Fragment>)}</>
  }
  return (
    <>
      <span className={field.state === 'invalid' ? 'extracted-wrong' : undefined}>{field.state === 'invalid' ? field.raw : shown(field.value, t)}</span>
      {field.state === 'invalid' && <span className="hint">{field.reason}</span>}
      {field.places.map((place) => <Fragment key={place.citation}>{' '}<CiteButton n={place.citation} /></Fragment>)}
    </>
  )
}

function shown(value: unknown, t: (key: Key) => string): string {
  if (typeof value === 'boolean') return t(value ? 'extract.yes' : 'extract.no')
  return typeof value === 'number' || typeof value === 'string' ? String(value) : ''
}

function How({ field }: { field: ExtractedField }) {
  const { t } = useI18n()
  if (field.state !== 'found') {
    const state: Key = `extract.state.${field.state}`
    return <><Badge kind="warning" label={t(state)} />{field.state !== 'invalid' && <span className="hint">{field.reason}</span>}</>
  }
  const key = `extract.how.${field.how}`
  const sure = field.how === 'form' || field.how === 'label' || field.how === 'column'
  return <Badge kind={sure ? 'success' : 'info'} label={key in de ? t(key as Key) : String(field.how)} />
}
