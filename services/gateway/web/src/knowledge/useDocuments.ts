// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useRef, useState } from 'react'
import { fetchDocuments, followDocument } from '../api/endpoints'
import type { DocumentState } from '../api/types'
import { useActingCase } from '../cases/CasesContext'

const POLL_MS = 2000
/** Under the Steuergeheimnis each look is a retrieval and stands in the log: then ever more rarely, up to this. */
const SLOWEST_MS = 60_000

export const isUnderway = (document: DocumentState): boolean => document.state !== 'ready' && document.state !== 'failed'

/** What a document that is ready now may supersede: the one it names, and earlier ones of its name. */
export const mayReplace = (documents: readonly DocumentState[], ready: DocumentState): DocumentState[] =>
  documents.filter((one) => one.id !== ready.id && !one.superseded && one.state !== 'failed'
    && (one.id === ready.replaces || one.name.toLowerCase() === ready.name.toLowerCase()))

/** What is on its way to supersede `document`, if anything. */
export const comingInstead = (documents: readonly DocumentState[], document: DocumentState): DocumentState | undefined =>
  documents.find((one) => one.replaces === document.id && isUnderway(one))

const renewed = (old: readonly DocumentState[], fresh: readonly DocumentState[]): DocumentState[] => {
  const byId = new Map(fresh.map((one) => [one.id, one]))
  return old.map((one) => byId.get(one.id) ?? one)
}

/** What came and went on this page since the list was asked for: its answer may not know of it. */
type Since = { arrived: Set<string>; removed: Set<string> }
const nothingYet = (): Since => ({ arrived: new Set(), removed: new Set() })

/** The documents of a knowledge base, each followed until it is read or failed; those of `superseded` on demand. */
export function useDocuments(kb: string, superseded: boolean) {
  const acting = useActingCase()
  const [documents, setDocuments] = useState<DocumentState[] | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const looks = useRef(0)
  const since = useRef<Since>(nothingYet())

  const load = useCallback((after?: string) => {
    setError(null)
    if (!after) since.current = nothingYet()
    const asked = since.current
    void fetchDocuments(kb, acting, superseded, after).then((page) => {
      // A list that was asked for later is on its way, or here.
      if (asked !== since.current) return
      const items = page.items.filter((one) => !asked.removed.has(one.id) && !asked.arrived.has(one.id))
      setDocuments((old) => [...(after ? old ?? [] : (old ?? []).filter((one) => asked.arrived.has(one.id))), ...items])
      setNext(page.next ?? null)
    }, setError)
  }, [kb, acting, superseded])
  useEffect(() => load(), [load])

  const look = useCallback(async (ones: readonly DocumentState[]): Promise<DocumentState[]> => {
    const states = await Promise.allSettled(ones.map((one) => followDocument(one.id, acting)))
    const fresh = states.flatMap((state) => (state.status === 'fulfilled' ? [state.value] : []))
    setDocuments((old) => renewed(old ?? [], fresh))
    return fresh
  }, [acting])

  /** An upload that was accepted. What was there already with the same content is ready at once. */
  const arrived = useCallback((document: DocumentState) => {
    looks.current = 0
    since.current.arrived.add(document.id)
    setDocuments((old) => [document, ...(old ?? []).filter((one) => one.id !== document.id)])
    if (document.state === 'ready') void look(mayReplace(documents ?? [], document))
  }, [documents, look])
  /** One that is being read again. */
  const changed = useCallback((document: DocumentState) => {
    looks.current = 0
    setDocuments((old) => renewed(old ?? [], [document]))
  }, [])
  const removed = useCallback((id: string) => {
    since.current.removed.add(id)
    since.current.arrived.delete(id)
    setDocuments((old) => (old ?? []).filter((one) => one.id !== id))
  }, [])

  useEffect(() => {
    const open = (documents ?? []).filter(isUnderway)
    if (open.length === 0) return undefined
    const pause = acting === null ? POLL_MS : Math.min(POLL_MS * 2 ** looks.current++, SLOWEST_MS)
    const timer = setTimeout(() => {
      void look(open).then((fresh) => {
        // Ready and superseding are one step of the server: one more look shows both.
        const replaced = fresh.filter((one) => one.state === 'ready').flatMap((one) => mayReplace(documents ?? [], one))
        return replaced.length > 0 ? look(replaced) : undefined
      })
    }, pause)
    return () => clearTimeout(timer)
  }, [documents, acting, look])

  return { documents, next, error, load, arrived, changed, removed }
}
