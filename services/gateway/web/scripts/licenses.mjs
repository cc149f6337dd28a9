// SPDX-License-Identifier: EUPL-1.2
// Writes THIRD_PARTY_NOTICES.txt into the build: every package that ends up in the browser, with its licence text.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
const target = join(web, '../src/genius_gateway/webui/THIRD_PARTY_NOTICES.txt')

// For packages that name the licence but do not bring its text.
const MIT = `Copyright (c) HOLDER

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`

function collect(name, found) {
  if (found.has(name)) return
  const folder = join(web, 'node_modules', name)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  if (!file && manifest.license !== 'MIT') throw new Error(`${name} brings no licence text: write it here by hand`)
  const text = file ? readFileSync(join(folder, file), 'utf8') : MIT.replace('HOLDER', manifest.author?.name ?? manifest.author ?? `The authors of ${name}`)
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
