// SPDX-License-Identifier: EUPL-1.2
import { render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Shown } from '../src/api/types'
import { Preview } from '../src/sources/Preview'
import { Gateway, json } from './gateway'

const HIT: Shown = { document: 'd', title: 'Akte', version: 'v', text: 'Satz.', score: 1, page: 3, char_from: 0, char_to: 5 }
const POOR = 'Seite 3 ist schlecht lesbar – bitte prüfen Sie den Text an der Vorlage.'

describe('a scanned page', () => {
  let notes: { code: string; detail: string }[] | undefined
  const gateway = new Gateway((_request, response) => json(response, { text: 'Satz.', char_from: 0, char_to: 5, pages: 3, blocks: [{ kind: 'paragraph', char_from: 0, char_to: 5 }], notes }))
  beforeEach(() => gateway.start())
  afterEach(() => gateway.stop())

  it('says beside its picture how it was read', async () => {
    notes = [{ code: 'ocr_poor', detail: POOR }]
    render(<Preview shown={HIT} />)
    await screen.findByText(POOR)
    screen.getByRole('img', { name: 'Seite 3 von 3 aus „Akte“; die zitierte Stelle ist gelb markiert' })
  })

  it('has nothing to say where it was text', async () => {
    notes = undefined
    render(<Preview shown={HIT} />)
    await screen.findByRole('region', { name: 'Text von Seite 3' })
    expect(screen.queryByText(/lesbar|Texterkennung/)).toBeNull()
  })
})
