// SPDX-License-Identifier: EUPL-1.2
// The service: node server.mjs --port 9101 --jwks http://127.0.0.1:8081/.well-known/jwks.json
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { bodyOf, Problem, Stream, Tokens } from './contract.mjs'
import { dayOf, deadline } from './frist.mjs'
import { manifest } from './manifest.mjs'

const { values: options } = parseArgs({
  options: { port: { type: 'string', default: '9101' }, host: { type: 'string', default: '127.0.0.1' }, jwks: { type: 'string' } },
})
if (!options.jwks) {
  console.error('frist: --jwks fehlt (die Schlüssel der Plattform: …/.well-known/jwks.json)')
  process.exit(2)
}
const tokens = new Tokens(options.jwks, `module:${manifest.id}`)
const CLASSES = ['offen', 'intern', 'personenbezogen', 'sozialdaten', 'steuergeheimnis']
const running = new Map()

/** Field errors of an input, as JSON pointers. */
function wrongIn(input) {
  const found = []
  const wrong = (name, detail) => found.push({ pointer: `/input/${name}`, detail })
  for (const name of Object.keys(input)) if (!(name in manifest.input_schema.properties)) wrong(name, 'Dieses Feld gibt es nicht.')
  if (typeof input.event !== 'string' || !dayOf(input.event)) wrong('event', 'Das ist kein Tag. Bitte schreiben Sie ihn wie 2026-11-26.')
  if (!Number.isInteger(input.length) || input.length < 1 || input.length > 1000) wrong('length', 'Bitte geben Sie eine ganze Zahl von 1 bis 1000 an.')
  if (!['days', 'weeks', 'months', undefined].includes(input.unit)) wrong('unit', 'Erlaubt sind: days, weeks, months.')
  if (input.note !== undefined && (typeof input.note !== 'string' || [...input.note].length > 500)) wrong('note', 'Höchstens 500 Zeichen sind erlaubt.')
  return found
}

/** Everything that can be refused before the start. */
function check(body, size, claims) {
  if (body === null || typeof body !== 'object' || typeof body.input !== 'object' || body.input === null) {
    throw new Problem(400, 'invalid_input', 'Die Anfrage ist kein gültiges JSON.')
  }
  if (claims.run !== body.run) throw new Problem(403, 'forbidden', 'Dieses Token gehört zu einem anderen Lauf.')
  if (body.version !== manifest.version) throw new Problem(409, 'module_version_mismatch', `Hier gibt es die Fassung ${manifest.version}.`)
  // The token says up to what the run may go: that counts, whatever the request states of itself.
  const asked = CLASSES.indexOf(body.protection_class ?? 'intern')
  const allowed = CLASSES.indexOf(claims.classification)
  if (asked < 0 || asked > allowed || allowed >= manifest.protection_classes.length) {
    throw new Problem(403, 'class_not_for_module', 'Diese Schutzklasse ist für die Funktion oder den Lauf nicht zugelassen.')
  }
  const most = Math.min(body.limits?.bytes ?? manifest.limits.bytes, manifest.limits.bytes)
  if (Buffer.byteLength(JSON.stringify(body.input)) > most || size > most + 20_000) {
    throw new Problem(413, 'input_too_large', `Die Eingabe ist zu groß: erlaubt sind ${most} Byte.`)
  }
  const errors = wrongIn(body.input)
  if (errors.length) throw new Problem(400, 'invalid_input', `Die Eingabe ist ungültig. ${errors[0].detail}`, errors)
  if (running.has(body.run)) throw new Problem(409, 'run_active', 'Dieser Lauf ist bereits gestartet.')
}

async function start(request, response) {
  const claims = await tokens.claims(request.headers.authorization)
  const { value: body, size } = await bodyOf(request, 100_000)
  check(body, size, claims)
  const stream = new Stream(response)
  running.set(body.run, stream)
  response.on('close', () => running.delete(body.run))
  const { event, length, unit = 'months', note } = body.input
  stream.send({ type: 'status', phase: 'checking' })
  const found = deadline(dayOf(event), length, unit)
  if (!found) return stream.end({ type: 'error', code: 'date_out_of_range', detail: 'Das Ende liegt zu weit in der Zukunft.', retryable: false })
  const text = `Die Frist endet am ${found.shown}.${note ? ` ${note}` : ''}`
  stream.send({ type: 'text.delta', text })
  stream.end({ type: 'done', result: { text, citations: [], mode: 'template', ends_on: found.endsOn, steps: found.steps } })
}

async function cancel(run, request, response) {
  const claims = await tokens.claims(request.headers.authorization)
  if (claims.run !== run) throw new Problem(403, 'forbidden', 'Dieses Token gehört zu einem anderen Lauf.')
  running.get(run)?.end({ type: 'cancelled' })
  response.writeHead(204).end()
}

async function route(request, response) {
  const { pathname } = new URL(request.url, 'http://module')
  const run = /^\/runs\/([0-9a-f-]{36})$/.exec(pathname)?.[1]
  const answer = (value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (request.method === 'GET' && pathname === '/manifest') return answer(manifest)
  if (request.method === 'GET' && pathname === '/health') return answer({ status: 'ok' })
  if (request.method === 'POST' && pathname === '/runs') return start(request, response)
  if (request.method === 'DELETE' && run) return cancel(run, request, response)
  throw new Problem(404, 'not_found', 'Das gibt es hier nicht.')
}

const server = createServer((request, response) => {
  route(request, response).catch((error) => {
    const problem = error instanceof Problem ? error : new Problem(500, 'internal_error', 'Bei der Verarbeitung ist ein Fehler aufgetreten.')
    if (response.headersSent) response.destroy()
    else problem.send(response)
  })
})
// Node's own defaults would wait for five minutes for a slow sender.
server.requestTimeout = 10_000
server.listen(Number(options.port), options.host, () => console.log(`frist: http://${options.host}:${server.address().port}`))
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => process.exit(0)) && server.closeAllConnections())
