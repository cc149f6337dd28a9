// SPDX-License-Identifier: EUPL-1.2
// Writes THIRD_PARTY_NOTICES.txt into the build: every package that ends up in the browser, with its licence text.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
const target = join(web, '../src/genius_gateway/webui/THIRD_PARTY_NOTICES.txt')

function collect(name, found) {
  if (found.has(name)) return
  const folder = join(web, 'node_modules', name)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file ? readFileSync(join(folder, file), 'utf8') : `(${manifest.license}; no licence file in the package)`
  found.set(name, { version: manifest.version, license: manifest.license, text })
  for (const dependency of Object.keys(manifest.dependencies ?? {})) collect(dependency, found)
}

const found = new Map()
for (const name of Object.keys(JSON.parse(readFileSync(join(web, 'package.json'), 'utf8')).dependencies)) collect(name, found)
const fonts = join(web, 'public/fonts/OFL.txt')
if (existsSync(fonts)) found.set('Fira Sans (subset)', { version: '4.3', license: 'OFL-1.1', text: readFileSync(fonts, 'utf8') })

const rule = '='.repeat(80)
const parts = [...found].sort(([a], [b]) => a.localeCompare(b))
  .map(([name, entry]) => `${rule}\n${name} ${entry.version} (${entry.license})\n${rule}\n\n${entry.text.trim()}\n`)
writeFileSync(target, `The web UI of Genius (EUPL-1.2) contains the following works.\n\n${parts.join('\n')}`)
