// SPDX-License-Identifier: EUPL-1.2
import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { freshLive, reduceLive } from '../src/api/live'
import type { RunEvent } from '../src/api/types'
import { PhaseLine } from '../src/chat/PhaseLine'
import { SettingsProvider } from '../src/settings/SettingsContext'

const status = (values: object) => ({ type: 'status', run: 'r', seq: 1, ...values }) as RunEvent
const shown = (...events: RunEvent[]) => render(<SettingsProvider><PhaseLine live={events.reduce(reduceLive, freshLive())} /></SettingsProvider>)

describe('the line that says what goes on', () => {
  it('says the place in the queue, and the newest one', () => {
    shown(status({ phase: 'queued', position: 5 }), status({ phase: 'queued', position: 3 }))
    expect(screen.getByText('Platz 3 in der Warteschlange')).toBeTruthy()
  })

  it('says only that it waits where no place is known', () => {
    shown(status({ phase: 'queued' }))
    expect(screen.getByText('In der Warteschlange')).toBeTruthy()
  })

  it('forgets the place when the answer begins', () => {
    shown(status({ phase: 'queued', position: 1 }), status({ phase: 'generating' }))
    expect(screen.getByText('Antwort wird geschrieben')).toBeTruthy()
    expect(screen.queryByText(/Warteschlange/)).toBeNull()
  })
})
