// SPDX-License-Identifier: EUPL-1.2
import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { Hit } from '../src/api/types'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { HiddenText } from '../src/sources/HiddenText'

const HIT: Hit = { document: 'd', title: 'Angebot.html', version: 'v', text: 'Angebot.', score: 1, char_from: 0, char_to: 8 }

describe('a hit of a document with text that people do not see', () => {
  it('says so in words (INJ-04)', () => {
    render(<SettingsProvider><HiddenText hit={{ ...HIT, hidden_text: true }} /></SettingsProvider>)
    screen.getByText(/enthält für Menschen unsichtbaren Text/)
  })

  it('is silent about every other', () => {
    const { container } = render(<SettingsProvider><HiddenText hit={HIT} /></SettingsProvider>)
    expect(container.textContent).toBe('')
  })
})
