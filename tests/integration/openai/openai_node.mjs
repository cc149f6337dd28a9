// SPDX-License-Identifier: EUPL-1.2
// Uses the public `openai` package for Node as its documentation shows it; prints what it got as one JSON object.
// Usage: node openai_node.mjs BASE_URL API_KEY, with OPENAI_PACKAGE as the folder of the package.
import { createRequire } from 'node:module'

const require = createRequire(`${process.env.OPENAI_PACKAGE}/`)
const { OpenAI } = require('openai')
const [baseURL, apiKey] = process.argv.slice(2)
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 })
const messages = [{ role: 'user', content: 'Wie lange wird Wohngeld bewilligt?' }]

/** What the SDK throws, as a program would look at it. */
async function refused(work) {
  try {
    await work()
    return null
  } catch (error) {
    return { kind: error.constructor.name, status: error.status, code: error.code, param: error.param, message: error.message }
  }
}

const models = []
for await (const model of await client.models.list()) models.push(model.id)
const whole = await client.chat.completions.create({ model: 'echo', messages })
messages.push(whole.choices[0].message, { role: 'user', content: 'Und danach?' })
let streamed = ''
let usage = null
const stream = await client.chat.completions.create({ model: 'echo', messages, stream: true, stream_options: { include_usage: true } })
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta?.content ?? ''
  usage = chunk.usage ?? usage
}
const helper = await client.chat.completions.stream({ model: 'echo', messages }).finalContent()
const embedded = await client.embeddings.create({ model: 'scripted-embedding', input: ['eins', 'zwei'] })
const cut = await refused(async () => {
  for await (const _ of await client.chat.completions.create({ model: 'cut', messages, stream: true })) { /* read on */ }
})
console.log(JSON.stringify({
  models,
  whole: whole.choices[0].message.content,
  streamed,
  usage,
  helper,
  embedded: embedded.data.map((one) => one.embedding.length),
  cut,
  unknown: await refused(() => client.chat.completions.create({ model: 'echo', messages, logit_bias: { 5: 1 } })),
  missing: await refused(() => client.chat.completions.create({ model: 'fehlt', messages })),
  stranger: await refused(() => new OpenAI({ baseURL, apiKey: 'falsch', maxRetries: 0 }).models.list()),
}))
