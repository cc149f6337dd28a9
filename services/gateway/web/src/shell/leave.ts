// SPDX-License-Identifier: EUPL-1.2
import { actFor } from '../api/client'
import { signOut } from '../api/endpoints'
import { dropDrafts } from '../drafts'

/** Ends the session here and at the provider. Drafts of this tab go with it. */
export async function leave(): Promise<void> {
  dropDrafts()
  // Signing out works whatever authority the session is in by now.
  actFor(null)
  const answer = await signOut().catch(() => undefined)
  // Once more: something may have been typed while the server was asked.
  dropDrafts()
  const target = answer?.logout_url ?? answer?.url
  location.assign(target ?? '/')
}
