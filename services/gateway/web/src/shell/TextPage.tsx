// SPDX-License-Identifier: EUPL-1.2
import type { ReactNode } from 'react'

/** A page of text only: it scrolls, and nothing in it takes the focus, so it does itself (WCAG 2.1.1). */
export function TextPage({ label, children }: { label: string; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="page" tabIndex={0} role="region" aria-label={label}><div className="column prose-page">{children}</div></div>
  )
}
