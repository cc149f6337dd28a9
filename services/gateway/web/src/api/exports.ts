// SPDX-License-Identifier: EUPL-1.2
import { CSRF, send } from './client'

export type ExportFormat = 'docx' | 'pdf'

const nameOf = (header: string | null, format: ExportFormat): string => {
  const found = /filename\*=UTF-8''([^;]+)/.exec(header ?? '')?.[1]
  try {
    return found ? decodeURIComponent(found) : `Ergebnis.${format}`
  } catch {
    return `Ergebnis.${format}`
  }
}

/** Ask for the document and hand it to the browser as a download; `text` in place of the run's own. */
export async function exportRun(run: string, format: ExportFormat, text?: string): Promise<void> {
  const headers = { ...CSRF, 'content-type': 'application/json' }
  const body = JSON.stringify(text === undefined ? { format } : { format, text })
  const response = await send(`/api/v1/runs/${encodeURIComponent(run)}/export`, { method: 'POST', headers, body })
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = nameOf(response.headers.get('content-disposition'), format)
  link.click()
  // The browser reads the address after this turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
