// SPDX-License-Identifier: EUPL-1.2
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DocumentState } from '../src/api/types'
import { LiveRegions } from '../src/chat/announcer'
import { FileChips } from '../src/files/FileChips'
import { useFileSource } from '../src/files/useFileSource'
import { useUploads } from '../src/files/useUploads'
import { SettingsProvider } from '../src/settings/SettingsContext'
import { Gateway, json } from './gateway'

function Attached() {
  const { uploads, add, drop, retry } = useUploads(useFileSource('intern'))
  return (
    <>
      <input type="file" aria-label="Dateien" onChange={(event) => add([...(event.target.files ?? [])])} />
      <FileChips uploads={uploads} onRemove={drop} onRetry={retry} />
    </>
  )
}

describe('a file of one’s own', () => {
  let stored: DocumentState
  let refused: [object, number] | null
  const gateway = new Gateway((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname
    if (request.method === 'DELETE') return json(response, {}, 204)
    if (path.endsWith('/retry')) {
      if (refused) return json(response, ...refused)
      stored = { ...stored, state: 'queued', retryable: false, reason: null }
    }
    return json(response, stored, request.method === 'POST' ? 202 : 200)
  })
  beforeEach(async () => {
    stored = { id: 'f', name: 'scan.pdf', state: 'failed', size: 3, created_at: '2026-11-26T10:00:00Z', retryable: true, reason: { code: 'internal_error', detail: 'Es ist ein Fehler aufgetreten.' } } as DocumentState
    refused = null
    gateway.seen.length = 0
    await gateway.start()
  })
  afterEach(() => gateway.stop())

  async function attach() {
    render(<SettingsProvider><LiveRegions /><Attached /></SettingsProvider>)
    const user = userEvent.setup()
    await user.upload(screen.getByLabelText('Dateien'), new File(['abc'], 'scan.pdf'))
    await screen.findByText('Es ist ein Fehler aufgetreten.')
    return user
  }

  it('is read once more where that may help, and followed again', async () => {
    const user = await attach()
    await user.click(screen.getByRole('button', { name: 'Noch einmal lesen: scan.pdf' }))
    await waitFor(() => expect(gateway.seen.some((one) => one.method === 'POST' && one.path === '/api/v1/files/f/retry')).toBe(true))
    await waitFor(() => expect(screen.queryByText('Es ist ein Fehler aufgetreten.')).toBeNull())
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'scan.pdf entfernen' }))
    stored = { ...stored, state: 'ready', pages: 2 }
    await screen.findByText('bereit, 2 Seiten', undefined, { timeout: 4000 })
  })

  it('says why where it can not be', async () => {
    refused = [{ code: 'nothing_to_retry', status: 409, title: 'x', detail: 'Daran gibt es nichts noch einmal zu lesen.' }, 409]
    const user = await attach()
    await user.click(screen.getByRole('button', { name: 'Noch einmal lesen: scan.pdf' }))
    await screen.findByText('Daran gibt es nichts noch einmal zu lesen.')
  })

  it('is not read once more where that can not help', async () => {
    stored = { ...stored, retryable: false }
    const user = await attach()
    expect(screen.queryByRole('button', { name: /Noch einmal lesen/ })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'scan.pdf entfernen' }))
    await waitFor(() => expect(gateway.seen.some((one) => one.method === 'DELETE' && one.path === '/api/v1/files/f')).toBe(true))
  })
})
