// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from '../api/client'
import type { DocumentState } from '../api/types'

export type Upload = {
  key: string
  name: string
  size: number
  /** 0..1 while it is on its way; 1 afterwards. */
  share: number
  document: DocumentState | null
  error: ApiError | null
  /** The document which it is to replace. */
  replaces?: Replaced | undefined
}
export type Replaced = { id: string; name: string }
export const isSettled = (upload: Upload): boolean => upload.error !== null || upload.document?.state === 'ready' || upload.document?.state === 'failed'
export const isFailed = (upload: Upload): boolean => upload.error !== null || upload.document?.state === 'failed'

type Source = {
  put: (file: File, progress: (share: number) => void, replaces?: string) => Promise<DocumentState>
  get: (id: string) => Promise<DocumentState>
  remove?: (id: string) => Promise<unknown>
  /** Reads once more what failed and is `retryable`. */
  again?: (id: string) => Promise<DocumentState>
}
const POLL_MS = 1000

const replace = (key: string, part: Partial<Upload>) => (old: Upload[]) => old.map((one) => (one.key === key ? { ...one, ...part } : one))

/** Uploads files and follows their parsing until each is ready or has failed with a reason. */
export function useUploads({ put, get, remove, again }: Source) {
  const [uploads, setUploads] = useState<Upload[]>([])
  const gone = useRef(new Set<string>())

  const add = useCallback((files: readonly File[], replaces?: Replaced) => {
    for (const file of files) {
      const key = crypto.randomUUID()
      setUploads((old) => [...old, { key, name: file.name, size: file.size, share: 0, document: null, error: null, replaces }])
      put(file, (share) => setUploads(replace(key, { share })), replaces?.id).then(
        (document) => {
          if (gone.current.has(key)) void remove?.(document.id).catch(() => undefined)
          else setUploads(replace(key, { share: 1, document }))
        },
        (error: unknown) => setUploads(replace(key, { error: error instanceof ApiError ? error : new ApiError(0, { code: 'network' }) })),
      )
    }
  }, [put, remove])

  const drop = useCallback((upload: Upload) => {
    gone.current.add(upload.key)
    setUploads((old) => old.filter((one) => one.key !== upload.key))
    if (upload.document) void remove?.(upload.document.id).catch(() => undefined)
  }, [remove])

  const retry = useCallback((upload: Upload) => {
    if (!upload.document) return
    again?.(upload.document.id).then(
      (document) => setUploads(replace(upload.key, { document })),
      (error: unknown) => setUploads(replace(upload.key, { error: error instanceof ApiError ? error : new ApiError(0, { code: 'network' }) })),
    )
  }, [again])

  const clear = useCallback(() => setUploads([]), [])

  useEffect(() => {
    const open = uploads.filter((one) => one.document && !isSettled(one))
    if (open.length === 0) return undefined
    const timer = setTimeout(() => {
      for (const { key, document } of open) {
        if (!document) continue
        get(document.id).then(
          (state) => setUploads(replace(key, { document: state })),
          // Asked too early or the network is away: the next round asks again; a refusal is final.
          (error: unknown) => error instanceof ApiError && error.status >= 400 && error.status < 500 && setUploads(replace(key, { error })),
        )
      }
      setUploads((old) => [...old])
    }, POLL_MS)
    return () => clearTimeout(timer)
  }, [uploads, get])

  return { uploads, add, drop, retry, clear }
}
