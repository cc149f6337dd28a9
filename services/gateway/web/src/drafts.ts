// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useState, type Dispatch, type SetStateAction } from 'react'
import { useSession } from './session'
import type { Me } from './api/types'

/**
 * What someone wrote and did not send yet. It survives a reload and a new sign-in in this tab (sessionStorage), belongs
 * to one person, and ends with the tab or with signing out.
 */
const PREFIX = 'genius.draft.'
const prefixOf = (me: Me): string => `${PREFIX}${me.id ?? me.username ?? ''}.`
/** Who works for several authorities has drafts in each: none of them is shown in another one. */
const placeOf = (me: Me): string => ((me.authorities?.length ?? 0) > 1 ? `${me.authority?.short ?? ''}.` : '')
export const draftKey = (me: Me, what: string): string => prefixOf(me) + placeOf(me) + what

export function readDraft(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

export function writeDraft(key: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(key, text)
    else sessionStorage.removeItem(key)
  } catch {
    // Storage switched off or full: the draft then lives only on the page.
  }
}

function remove(which: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX) && which(key)) sessionStorage.removeItem(key)
  } catch {
    // Storage switched off: there is nothing to remove.
  }
}

/** Someone signed in: what anybody else wrote in this tab goes. */
export const keepDraftsOf = (me: Me): void => remove((key) => !key.startsWith(prefixOf(me)))
/** Signing out takes everything along. */
export const dropDrafts = (): void => remove(() => true)

export function useDraftKey(what: string): string {
  return draftKey(useSession().me, what)
}

type Draft = [text: string, set: Dispatch<SetStateAction<string>>, putBack: (text: string) => void]

/**
 * A text that is kept under `key` while it differs from `start`. `putBack` restores what could not be sent, unless
 * something else was written meanwhile; it also works when the page has just given way to the sign-in.
 */
export function useDraft(key: string, start = ''): Draft {
  const [draft, setDraft] = useState(() => readDraft(key) || start)
  useEffect(() => writeDraft(key, draft === start ? '' : draft), [key, draft, start])
  const putBack = useCallback((text: string) => {
    if (!readDraft(key)) writeDraft(key, text)
    setDraft((now) => now || text)
  }, [key])
  return [draft, setDraft, putBack]
}
