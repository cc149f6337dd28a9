// SPDX-License-Identifier: EUPL-1.2
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import type { JsonSchema } from '../src/api/types'
import { initial, prune, resolve, setAt, validate } from '../src/forms/schema'
import { SchemaForm } from '../src/forms/SchemaForm'

const label = (de: string) => ({ de, en: de })
/** As Pydantic writes it: `$ref`, `anyOf` with null, enum, date, numbers, arrays of objects. */
const SCHEMA: JsonSchema = {
  type: 'object',
  required: ['aktenzeichen', 'art'],
  $defs: {
    Nachweis: {
      type: 'object', required: ['art'], title: 'Nachweis',
      properties: { art: { type: 'string', enum: ['mietvertrag', 'verdienst'], 'x-labels': label('Art des Nachweises') }, seiten: { anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }], default: null, 'x-labels': label('Seitenzahl') } },
    },
  },
  properties: {
    aktenzeichen: { type: 'string', minLength: 1, pattern: '^WG-\\d{4}-\\d{5}$', 'x-labels': label('Aktenzeichen'), 'x-help': label('Zum Beispiel WG-2026-00417') },
    art: { type: 'string', enum: ['miete', 'last'], 'x-labels': label('Antragsart'), 'x-enum-labels': { miete: label('Mietzuschuss'), last: label('Lastenzuschuss') } },
    eingang: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }], default: null, 'x-labels': label('Eingang') },
    streng: { type: 'boolean', default: true, 'x-labels': label('Widersprüche prüfen') },
    intern: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }], default: null, 'x-widget': 'hidden', 'x-labels': label('Unsichtbar') },
    nachweise: { type: 'array', maxItems: 2, items: { $ref: '#/$defs/Nachweis' }, 'x-labels': label('Nachweis') },
  },
}
const start = () => screen.getByRole('button', { name: 'Starten' })
function show(onSubmit = vi.fn(), serverErrors?: { pointer: string; detail: string }[]) {
  render(<SchemaForm schema={SCHEMA} onSubmit={onSubmit} serverErrors={serverErrors}><button type="submit">Starten</button></SchemaForm>)
  return { user: userEvent.setup(), onSubmit }
}

describe('SchemaForm', () => {
  it('says what is missing, puts the focus on the summary and leads to the field', async () => {
    const { user, onSubmit } = show()
    await user.click(start())
    const summary = screen.getByRole('alert')
    expect(document.activeElement).toBe(summary)
    expect(within(summary).getByRole('heading').textContent).toBe('Bitte korrigieren Sie 1 Angabe')
    const field = screen.getByLabelText(/Aktenzeichen/)
    expect(field.getAttribute('aria-invalid')).toBe('true')
    expect(document.getElementById(field.getAttribute('aria-describedby')?.split(' ')[0] ?? '')?.textContent).toBe('Bitte füllen Sie dieses Feld aus.')
    await user.click(within(summary).getByRole('link', { name: 'Aktenzeichen: Bitte füllen Sie dieses Feld aus.' }))
    expect(document.activeElement).toBe(field)
    expect(onSubmit).not.toHaveBeenCalled()
  })

  it('submits typed values and leaves out what is empty', async () => {
    const { user, onSubmit } = show()
    await user.type(screen.getByLabelText(/Aktenzeichen/), 'WG-2026-00417')
    await user.click(screen.getByRole('radio', { name: 'Lastenzuschuss' }))
    await user.click(screen.getByRole('button', { name: 'Nachweis hinzufügen' }))
    await user.type(screen.getByLabelText(/Seitenzahl/), '3')
    await user.click(start())
    expect(onSubmit).toHaveBeenCalledWith({ aktenzeichen: 'WG-2026-00417', art: 'last', streng: true, nachweise: [{ art: 'mietvertrag', seiten: 3 }] })
  })

  it('checks format, removes array items, keeps to their limit and hides hidden fields', async () => {
    const { user, onSubmit } = show()
    await user.type(screen.getByLabelText(/Aktenzeichen/), 'WG-1')
    const add = screen.getByRole('button', { name: 'Nachweis hinzufügen' })
    await user.click(add)
    await user.click(add)
    expect(screen.queryByRole('button', { name: 'Nachweis hinzufügen' })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Nachweis 2 entfernen' }))
    expect(screen.getAllByText('Nachweis 1')).toHaveLength(1)
    expect(screen.queryByText('Unsichtbar')).toBeNull()
    await user.click(start())
    expect(screen.getAllByText(/Das Format ist nicht gültig/).length).toBeGreaterThan(0)
    expect(onSubmit).not.toHaveBeenCalled()
  })

  it('says at the field which of two ways in is needed', async () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: {
        text: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, 'x-labels': label('Text') },
        kurz: { type: 'boolean', default: true, 'x-labels': label('Kurz') },
      },
      oneOf: [{ required: ['text'] }, { required: ['files'] }],
      'x-message': { pointer: '/text', ...label('Bitte geben Sie entweder einen Text oder Dateien an.') },
    }
    const onSubmit = vi.fn()
    render(<SchemaForm schema={schema} onSubmit={onSubmit}><button type="submit">Starten</button></SchemaForm>)
    const user = userEvent.setup()
    await user.click(start())
    expect(screen.getByLabelText(/^Text/).getAttribute('aria-invalid')).toBe('true')
    expect(within(screen.getByRole('alert')).getAllByRole('link').map((link) => link.textContent)).toEqual(['Text: Bitte geben Sie entweder einen Text oder Dateien an.'])
    await user.type(screen.getByLabelText(/^Text/), 'Ein Satz.')
    await user.click(start())
    expect(onSubmit).toHaveBeenCalledWith({ text: 'Ein Satz.', kurz: true })
  })

  it('keeps the fields of a part together behind its name, and opens it for what is wrong there', async () => {
    const part = label('Eingrenzen')
    const schema: JsonSchema = {
      type: 'object',
      properties: {
        frage: { type: 'string', 'x-labels': label('Frage') },
        arten: { anyOf: [{ type: 'array', items: { type: 'string', enum: ['pdf', 'mail'] } }, { type: 'null' }], default: null, 'x-widget': 'checks', 'x-part': part, 'x-labels': label('Art'), 'x-enum-labels': { pdf: label('PDF'), mail: label('E-Mail') } },
        bis: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }], default: null, 'x-part': part, 'x-labels': label('Bis') },
      },
    }
    const onSubmit = vi.fn()
    const form = (errors?: { pointer: string; detail: string }[]) => <SchemaForm schema={schema} onSubmit={onSubmit} serverErrors={errors}><button type="submit">Starten</button></SchemaForm>
    const { rerender } = render(form())
    const user = userEvent.setup()
    const details = screen.getByText('Eingrenzen').closest('details')
    expect(details?.open).toBe(false)
    rerender(form([{ pointer: '/input/bis', detail: 'Zu früh.' }]))
    expect(details?.open).toBe(true)
    rerender(form())
    await user.type(screen.getByLabelText(/Frage/), 'x')
    await user.click(screen.getByLabelText('E-Mail'))
    await user.click(screen.getByLabelText('PDF'))
    expect(details?.open).toBe(true)
    await user.click(start())
    expect(onSubmit).toHaveBeenLastCalledWith({ frage: 'x', arten: ['pdf', 'mail'] })
    await user.click(screen.getByLabelText('PDF'))
    await user.click(screen.getByLabelText('E-Mail'))
    await user.click(start())
    expect(onSubmit).toHaveBeenLastCalledWith({ frage: 'x' })
  })

  it('shows errors of the server at their field', () => {
    show(vi.fn(), [{ pointer: '/input/art', detail: 'Diese Antragsart gibt es hier nicht.' }])
    expect(within(screen.getByRole('alert')).getByRole('link').textContent).toBe('Antragsart: Diese Antragsart gibt es hier nicht.')
    expect(screen.getAllByText('Diese Antragsart gibt es hier nicht.')).toHaveLength(1)
  })
})

describe('schema', () => {
  it('resolves references and optional values', () => {
    expect(resolve({ $ref: '#/$defs/Nachweis', title: 'X' }, SCHEMA)).toMatchObject({ title: 'X', type: 'object' })
    expect(resolve({ anyOf: [{ type: 'integer' }, { type: 'null' }] }, SCHEMA)).toEqual({ type: 'integer', nullable: true })
    const loop: JsonSchema = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }
    expect(() => resolve(loop, loop)).not.toThrow()
  })
  it('starts with defaults, changes without touching the old value', () => {
    const values = initial(SCHEMA, SCHEMA)
    expect(values).toEqual({ aktenzeichen: undefined, art: 'miete', eingang: null, streng: true, intern: null, nachweise: [] })
    const next = setAt(values, ['nachweise'], [{ art: 'mietvertrag' }])
    expect(setAt(next, ['nachweise', 0, 'art'], 'verdienst')).toMatchObject({ nachweise: [{ art: 'verdienst' }] })
    expect(next).toMatchObject({ nachweise: [{ art: 'mietvertrag' }] })
  })
  it('validates what is sent', () => {
    expect(prune({ aktenzeichen: 'x', eingang: '', intern: [] }, SCHEMA, SCHEMA)).toEqual({ aktenzeichen: 'x' })
    expect([...validate({ art: 'miete' }, SCHEMA)]).toEqual([['/aktenzeichen', 'form.error.required']])
    expect([...validate({ aktenzeichen: 'WG-2026-00417', art: 'miete', nachweise: [{ art: 'mietvertrag', seiten: 0 }] }, SCHEMA)].length).toBeGreaterThan(0)
  })
})
