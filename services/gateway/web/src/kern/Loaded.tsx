// SPDX-License-Identifier: EUPL-1.2
import type { ReactNode } from 'react'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import type { Loading } from '../useLoad'
import { Button } from './Button'

/** What a page shows while it waits, when that failed (with another try), and then. */
export function Loaded<T>({ of, children }: { of: Loading<T>; children: (data: T) => ReactNode }) {
  const { t } = useI18n()
  if (of.error !== null) return <ErrorNote error={of.error} actions={<Button variant="secondary" label={t('app.retry')} onClick={of.reload} />} />
  if (of.data === null) return <p role="status">{t('app.loading')}</p>
  return <>{children(of.data)}</>
}
