// SPDX-License-Identifier: EUPL-1.2
import { render, screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { DocumentState } from '../src/api/types'
import { FileChips } from '../src/files/FileChips'
import type { Upload } from '../src/files/useUploads'
import { ProcessingDialog } from '../src/knowledge/ProcessingDialog'
import { DocumentRow } from '../src/knowledge/DocumentRow'
import { SettingsProvider } from '../src/settings/SettingsContext'

const DOCUMENT: DocumentState = {
  id: 'a', name: 'akte.pdf', state: 'failed', size: 1, created_at: '2026-11-20T10:00:00Z', media_type: 'application/pdf',
  reason: { code: 'unreadable', detail: 'Die Datei ist beschädigt.' },
  processing: { steps: [{ step: 'scan', ms: 1250 }, { step: 'read', ms: 40, failed: true }], chunks: null, tables: 0 },
}
const nothing = () => undefined
const ACTIONS = { remove: nothing, replace: nothing, retry: nothing, inspect: nothing, lock: nothing }
const row = (document: DocumentState, actions?: typeof ACTIONS) => render(
  <SettingsProvider><table><tbody><DocumentRow document={document} actions={actions} /></tbody></table></SettingsProvider>,
)

describe('how a document was read', () => {
  it('says the steps, where it stopped and why; what was not reached is left out', () => {
    render(<SettingsProvider><ProcessingDialog document={DOCUMENT} onClose={nothing} /></SettingsProvider>)
    const dialog = within(screen.getByRole('dialog', { name: 'Verarbeitung' }))
    dialog.getByText('1,25 s')
    dialog.getByText('0,04 s')
    expect(dialog.getByText('hier abgebrochen').parentElement?.textContent).toContain('Datei gelesen')
    expect(dialog.getByText('Zusammen').nextSibling?.textContent).toBe('1,29 s')
    dialog.getByText('Die Datei ist beschädigt.')
    dialog.getByText('PDF')
    expect(dialog.getByText('Teile von Tabellen').nextSibling?.textContent).toBe('keine')
    expect(dialog.queryByText('Abschnitte für die Suche')).toBeNull()
    expect(dialog.queryByText('Hinweise')).toBeNull()
  })

  it('says nothing of what was never found, and no time of 0 s', () => {
    const early: DocumentState = { ...DOCUMENT, media_type: null, processing: { steps: [{ step: 'read', ms: 3, failed: true }] } }
    render(<SettingsProvider><ProcessingDialog document={early} onClose={nothing} /></SettingsProvider>)
    const dialog = within(screen.getByRole('dialog', { name: 'Verarbeitung' }))
    dialog.getByText('unter 0,01 s')
    expect(dialog.queryByText('Gefunden')).toBeNull()
    expect(dialog.queryByText('Zusammen')).toBeNull()
  })

  it('is offered to those who may write, where it was logged', () => {
    row(DOCUMENT, ACTIONS)
    screen.getByRole('button', { name: 'Verarbeitung ansehen: akte.pdf' })
  })

  it.each([[DOCUMENT, undefined], [{ ...DOCUMENT, processing: null }, ACTIONS]])('is not offered otherwise', (document, actions) => {
    row(document, actions)
    expect(screen.queryByRole('button', { name: /Verarbeitung/ })).toBeNull()
  })
})

describe('how far it is', () => {
  const UNDERWAY: DocumentState = { ...DOCUMENT, state: 'parsing', reason: null, processing: null, progress: 0.4, working: { what: 'scans', done: 1200, total: 4800 } }

  it('says what is counted, and the bar has the same words', () => {
    row(UNDERWAY)
    const bar = screen.getByRole<HTMLProgressElement>('progressbar', { name: 'Texterkennung: 1.200 von 4.800 Seiten' })
    expect(bar.value).toBe(0.4)
  })

  it('keeps its bar between two steps, where nothing is counted', () => {
    row({ ...UNDERWAY, state: 'indexing', progress: 0.7, working: null })
    screen.getByRole('progressbar', { name: 'wird durchsuchbar gemacht' })
  })

  it.each(['queued', 'ready', 'failed'] as const)('has no bar while %s', (state) => {
    row({ ...UNDERWAY, state })
    expect(screen.queryByRole('progressbar')).toBeNull()
  })

  it('is said of files in a chat too', () => {
    const upload: Upload = { key: 'a', name: 'akte.pdf', size: 1, share: 1, document: UNDERWAY, error: null }
    render(<SettingsProvider><FileChips uploads={[upload]} onRemove={nothing} /></SettingsProvider>)
    screen.getByText('Texterkennung: 1.200 von 4.800 Seiten')
  })
})
