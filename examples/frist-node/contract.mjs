// SPDX-License-Identifier: EUPL-1.2
// The part of "Module over HTTP" that is the same for every module: tokens, problems, the event stream.
import { createPublicKey, verify } from 'node:crypto'

const KEYS_FOR_MS = 300_000

/** Refusals before the start are RFC 9457 problems with a stable `code`. */
export class Problem extends Error {
  constructor(status, code, detail, errors = []) {
    super(code)
    Object.assign(this, { status, code, detail, errors })
  }

  send(response) {
    const body = { type: 'about:blank', title: this.code, status: this.status, code: this.code, detail: this.detail, errors: this.errors, retryable: false }
    response.writeHead(this.status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
  }
}

/** Checks run tokens (EdDSA, `typ: genius+jwt`) against the platform's published keys; nothing is taken from the token itself. */
export class Tokens {
  #keys = new Map()
  #readAt = 0

  constructor(jwksUrl, audience) {
    this.jwksUrl = jwksUrl
    this.audience = audience
  }

  async claims(authorization) {
    const token = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization ?? '')
    const refused = new Problem(401, 'not_authenticated', 'Das Zugriffstoken fehlt, ist ungültig oder abgelaufen.')
    if (!token) throw refused
    const [, head, payload, signature] = token
    const [header, claims] = [head, payload].map((part) => parse(Buffer.from(part, 'base64url')))
    if (header?.alg !== 'EdDSA' || header.typ !== 'genius+jwt' || 'crit' in header || !claims) throw refused
    const key = await this.#key(header.kid)
    const now = Date.now() / 1000
    const good = key && verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))
    if (!good || claims.iss !== 'genius-gateway' || !(claims.exp > now) || claims.exp - claims.iat > 300 || claims.iat > now + 30) throw refused
    if (!Array.isArray(claims.aud) || !claims.aud.includes(this.audience)) throw refused
    return claims
  }

  async #key(kid) {
    const age = Date.now() - this.#readAt
    if (age > KEYS_FOR_MS || (!this.#keys.has(kid) && age > 5000)) {
      try {
        const answer = await fetch(this.jwksUrl, { redirect: 'error', signal: AbortSignal.timeout(5000) })
        const { keys } = await answer.json()
        this.#keys = new Map(keys.filter((one) => one.kty === 'OKP').map((one) => [one.kid, createPublicKey({ key: one, format: 'jwk' })]))
        this.#readAt = Date.now()
      } catch {
        throw new Problem(503, 'unavailable', 'Die Anmeldung kann zurzeit nicht geprüft werden.')
      }
    }
    return this.#keys.get(kid)
  }
}

export function parse(bytes) {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}

/** The body, up to `most` bytes. */
export async function bodyOf(request, most) {
  const parts = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > most) throw new Problem(413, 'input_too_large', `Die Eingabe ist zu groß: erlaubt sind ${most} Byte.`)
    parts.push(part)
  }
  return { value: parse(Buffer.concat(parts)), size }
}

/** A run's stream. Exactly one final event is sent, whatever happens; a comment every 15 s keeps it alive. */
export class Stream {
  #open = true

  constructor(response) {
    this.response = response
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
    this.beat = setInterval(() => response.write(': heartbeat\n\n'), 15_000)
  }

  send(event) {
    if (this.#open) this.response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  }

  end(event) {
    if (!this.#open) return
    this.send(event)
    this.#open = false
    clearInterval(this.beat)
    this.response.end()
  }
}
