// SPDX-License-Identifier: EUPL-1.2
import { useState, type ReactNode } from 'react'
import { legalPath } from '../help/LegalPage'
import { useRoute } from '../router'
import { useSession } from '../session'
import { TermsPage } from './TermsPage'

/** Nobody works before having accepted the terms that hold now; what the law requires can be read without (PER-02). */
export function TermsGate({ children }: { children: ReactNode }) {
  const { me } = useSession()
  const { path } = useRoute()
  const [accepted, setAccepted] = useState<string | null>(null)
  const { terms } = me
  if (!terms || terms.accepted_at || accepted === terms.version || legalPath(path)) return <>{children}</>
  return <TermsPage version={terms.version} onAccepted={() => setAccepted(terms.version)} />
}
