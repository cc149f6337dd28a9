// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState, type Dispatch, type SetStateAction } from 'react'

const keyOf = (conversation: string | null): string => `genius.draft.${conversation ?? 'new'}`

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

/** Unsent text of a conversation. Survives a reload and a new sign-in in this tab, and ends with the tab. */
export function useDraft(conversation: string | null): [string, Dispatch<SetStateAction<string>>] {
  const key = keyOf(conversation)
  const [draft, setDraft] = useState(() => readDraft(key))
  useEffect(() => writeDraft(key, draft), [key, draft])
  return [draft, setDraft]
}
