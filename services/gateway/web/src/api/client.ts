// SPDX-License-Identifier: EUPL-1.2
import type { Problem } from './types'

/** A refused request: the server's problem+json, or `network` when no answer came. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly problem: Problem) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`)
    this.name = 'ApiError'
  }
  get code(): string {
    return this.problem.code ?? (this.status === 0 ? 'network' : 'unknown')
  }
}

type Listener = () => void
const sessionEnd = new Set<Listener>()

/** Calls back when the server says 401: the session is over, or there never was one. */
export function onSessionEnd(listener: Listener): () => void {
  sessionEnd.add(listener)
  return () => sessionEnd.delete(listener)
}

const spent = new Set<(refused: boolean) => void>()

/** Calls back when something was used of a quota, or refused because it is used up. */
export function onSpent(listener: (refused: boolean) => void): () => void {
  spent.add(listener)
  return () => spent.delete(listener)
}

/** `x-csrf` is the proof that a request comes from our own script (the gateway also checks Origin and Sec-Fetch-Site). */
export const CSRF = { 'x-csrf': '1' } as const
/** Marks what the page asks by itself: such a request does not prolong the session. Nothing a person does may carry it. */
export const BACKGROUND = { 'x-background': '1' } as const

let actingFor: string | null = null
const otherAuthority = new Set<Listener>()

/** What the page shows belongs to this authority (its short name): the gateway refuses to do it in another one. */
export function actFor(short: string | null): void {
  actingFor = short
}
/** Calls back when the session is in another authority than the page, for example since a switch in another tab. */
export function onOtherAuthority(listener: Listener): () => void {
  otherAuthority.add(listener)
  return () => otherAuthority.delete(listener)
}
const meant = (): Record<string, string> => (actingFor === null ? {} : { 'x-authority': actingFor })

async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type') ?? ''
  if (!type.includes('json')) return { status: response.status }
  try {
    return (await response.json()) as Problem
  } catch {
    return { status: response.status }
  }
}

/** `fetch` with session cookie; throws `ApiError` on anything but 2xx. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, { ...init, headers: { ...(init.headers as Record<string, string> | undefined), ...meant() }, credentials: 'same-origin' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ApiError(0, { code: 'network' })
  }
  if (response.status === 429 || response.headers.has('ratelimit')) for (const listener of spent) listener(!response.ok)
  if (response.ok) return response
  if (response.status === 401) for (const listener of sessionEnd) listener()
  const error = new ApiError(response.status, await problemOf(response))
  if (error.code === 'authority_changed') for (const listener of otherAuthority) listener()
  throw error
}

export async function getJson<T>(path: string, mark: Record<string, string> = {}): Promise<T> {
  const response = await send(path, { headers: { ...mark, accept: 'application/json' } })
  return (await response.json()) as T
}

export async function sendJson<T>(method: string, path: string, body?: unknown, mark: Record<string, string> = {}): Promise<T> {
  const headers: Record<string, string> = { ...mark, ...CSRF, accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  const response = await send(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) })
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

/** Multipart upload with progress (fetch has none for request bodies). */
export function upload<T>(path: string, file: File, progress: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    for (const [name, value] of Object.entries({ ...CSRF, ...meant() })) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', (event) => event.lengthComputable && progress(event.loaded / event.total))
    request.addEventListener('error', () => reject(new ApiError(0, { code: 'network' })))
    request.addEventListener('load', () => {
      let body: unknown = {}
      try {
        body = JSON.parse(request.responseText)
      } catch {
        body = { status: request.status }
      }
      if (request.status >= 200 && request.status < 300) return resolve(body as T)
      if (request.status === 401) for (const listener of sessionEnd) listener()
      reject(new ApiError(request.status, body as Problem))
    })
    const form = new FormData()
    form.append('file', file, file.name)
    request.send(form)
  })
}
