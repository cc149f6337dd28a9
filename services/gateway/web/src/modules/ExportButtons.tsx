// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { exportRun, type ExportFormat } from '../api/exports'
import { announcer } from '../chat/announcer'
import { ErrorNote } from '../errors'
import { useI18n, type Key } from '../i18n'
import { Button } from '../kern/Button'
import { useExports } from '../session'

const FORMATS: { format: ExportFormat; label: Key }[] = [{ format: 'docx', label: 'export.docx' }, { format: 'pdf', label: 'export.pdf' }]

/** Take a result along. `text` is what the person made of it; without it the run's own text is written. */
export function ExportButtons({ run, text }: { run: string; text?: string }) {
  const { t } = useI18n()
  const allowed = useExports()
  const [busy, setBusy] = useState<ExportFormat | null>(null)
  const [error, setError] = useState<unknown>(null)
  if (!allowed) return null
  const save = async (format: ExportFormat) => {
    if (busy !== null) return
    setBusy(format)
    setError(null)
    announcer.status(t('export.busy'))
    try {
      await exportRun(run, format, text)
      announcer.status(t('export.done'))
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(null)
    }
  }
  return (
    <>
      {FORMATS.map(({ format, label }) => (
        <Button key={format} variant="secondary" icon="document" label={t(busy === format ? 'export.busy' : label)} aria-disabled={busy !== null || undefined} onClick={() => void save(format)} />
      ))}
      {error !== null && <ErrorNote error={error} />}
    </>
  )
}
