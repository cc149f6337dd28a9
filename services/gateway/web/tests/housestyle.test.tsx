// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fieldOf, trimmed, wordsAsText, wordsOf } from '../src/administration/houseStyle'
import { HouseStylePart } from '../src/administration/HouseStylePart'
import type { HouseStyle } from '../src/api/houseStyle'
import { Gaps } from '../src/modules/Gaps'
import { Gateway, json } from './gateway'

const EMPTY: HouseStyle = { number: 0, department: '', address: '', contact: '', salutation: '', closing: '', words: [], templates: {} }

describe('preferred words as lines', () => {
  it('come back as they were written', () => {
    const words = [{ instead_of: 'Antragsteller', say: 'antragstellende Person' }, { instead_of: 'zwecks', say: 'für' }]
    expect(wordsOf(wordsAsText(words))).toEqual({ words })
    expect(wordsOf(' \n a b  =  c=d \n')).toEqual({ words: [{ instead_of: 'a b', say: 'c=d' }] })
    expect(wordsOf('')).toEqual({ words: [] })
  })
  it('name the line that is no pair', () => {
    for (const line of ['Antragsteller', '= Person', 'Antragsteller =', 'x = y']) expect(wordsOf(`gut = besser\n${line}`)).toEqual({ wrong: line })
  })
})

describe('places of the server', () => {
  it('lead to a field of the form', () => {
    expect(fieldOf('/templates/brief')).toBe('templates.brief')
    expect(fieldOf('/words/3/say')).toBe('words')
    expect(fieldOf('/closing')).toBe('closing')
  })
  it('leave out templates that are empty', () => {
    expect(trimmed({ ...EMPTY, templates: { brief: ' \n', rede: '{{inhalt}}' } }).templates).toEqual({ rede: '{{inhalt}}' })
  })
})

describe('the page of the house style', () => {
  let style: HouseStyle = EMPTY
  let refusal: object | null = null
  const sent: HouseStyle[] = []
  const gateway = new Gateway((request, response, body) => {
    if (request.method === 'PUT' && refusal) return json(response, refusal, 400)
    if (request.method === 'PUT') {
      const wanted = JSON.parse(body) as HouseStyle
      sent.push(wanted)
      style = { ...wanted, number: wanted.number + 1 }
    }
    return json(response, { style, versions: style.number ? [{ number: style.number, created_at: '2026-11-27T10:00:00Z' }] : [] })
  })
  beforeEach(() => {
    style = EMPTY
    refusal = null
    sent.length = 0
    return gateway.start()
  })
  afterEach(() => gateway.stop())

  it('saves the whole as the next version', async () => {
    const user = userEvent.setup()
    render(<HouseStylePart authority="a" />)
    await user.type(await screen.findByLabelText('Grußformel'), 'Beste Grüße')
    await user.type(screen.getByLabelText('Bevorzugte Wörter'), 'Antragsteller = antragstellende Person')
    await user.click(screen.getByRole('button', { name: 'Hausstil speichern' }))
    expect(await screen.findByText('Gespeichert als Fassung 1. Sie gilt ab dem nächsten Entwurf.')).toBeTruthy()
    expect(sent).toEqual([{ ...EMPTY, closing: 'Beste Grüße', words: [{ instead_of: 'Antragsteller', say: 'antragstellende Person' }] }])
    expect(screen.getByText(/Fassung 1 vom .*, gilt jetzt/)).toBeTruthy()
  })

  it('makes the next version from the one that was just saved', async () => {
    const user = userEvent.setup()
    render(<HouseStylePart authority="a" />)
    const save = await screen.findByRole('button', { name: 'Hausstil speichern' })
    await user.click(save)
    await screen.findByText(/^Gespeichert als Fassung 1/)
    await user.click(save)
    await waitFor(() => expect(sent.map((one) => one.number)).toEqual([0, 1]))
  })

  it('shows a complaint at its field, and what a line lacks before it is sent', async () => {
    const user = userEvent.setup()
    const detail = 'In der Vorlage fehlt {{inhalt}}.'
    refusal = { code: 'house_style_invalid', title: 'x', detail: 'y', status: 400, errors: [{ pointer: '/templates/brief', detail }] }
    render(<HouseStylePart authority="a" />)
    await user.type(await screen.findByLabelText('Bevorzugte Wörter'), 'nur ein Wort')
    await user.click(screen.getByRole('button', { name: 'Hausstil speichern' }))
    expect(screen.getByRole('alert').textContent).toContain('nur ein Wort')
    expect(sent).toEqual([])
    await user.clear(screen.getByLabelText('Bevorzugte Wörter'))
    await user.type(screen.getByLabelText('Vorlage für Briefe'), 'Guten Tag')
    await user.click(screen.getByRole('button', { name: 'Hausstil speichern' }))
    await waitFor(() => expect(screen.getByLabelText('Vorlage für Briefe').getAttribute('aria-invalid')).toBe('true'))
    expect(screen.getByRole('alert').textContent).toContain(detail)
  })
})

describe('a draft', () => {
  it('says once what the house says otherwise', () => {
    const wording = { written: 'Antragsteller', say: 'antragstellende Person', char_from: 0, char_to: 13 }
    render(<Gaps result={{ wordings: [wording, { ...wording, char_from: 40, char_to: 53 }] }} />)
    expect(screen.getByText(/„antragstellende Person“ statt „Antragsteller“/).textContent?.match(/statt/g)).toHaveLength(1)
  })
})
