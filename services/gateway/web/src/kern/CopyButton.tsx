// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { announcer } from '../chat/announcer'
import { useI18n } from '../i18n'
import { Button } from './Button'

const SHOWN_MS = 2500

export function CopyButton({ text, variant }: { text: () => string; variant?: 'secondary' | 'tertiary' }) {
  const { t } = useI18n()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    await navigator.clipboard.writeText(text())
    setCopied(true)
    announcer.status(t('app.copied'))
  }
  return <Button variant={variant ?? 'tertiary'} icon={copied ? 'check' : 'copy'} label={t(copied ? 'app.copied' : 'app.copy')} onClick={() => void copy()} />
}
