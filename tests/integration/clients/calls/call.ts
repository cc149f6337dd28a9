// SPDX-License-Identifier: EUPL-1.2
// Calls the platform with a client that @hey-api/openapi-ts has made; type-checked with it, strictly.
import { createClient } from "./generated/client/index.js";
import { cancelRun, getRun, listModules, startRun, uploadFile } from "./generated/sdk.gen.js";
import type { RunEvent, RunView } from "./generated/types.gen.js";

const client = createClient({ baseUrl: process.env.GENIUS_URL, auth: () => process.env.GENIUS_TOKEN });
const text = "Die Sanierung der Brücke beginnt im März 2027. Sie kostet 4,2 Millionen Euro.";

const modules = await listModules({ client, throwOnError: true });
console.log("modules", ...modules.data.items.map((module) => module.id).sort());

const file = new File([text], "bericht.txt", { type: "text/plain" });
const stored = await uploadFile({ client, body: { file }, throwOnError: true });
const started = await startRun({
  client,
  throwOnError: true,
  path: { module: "summarise" },
  headers: { prefer: "respond-async", "idempotency-key": crypto.randomUUID() },
  body: { input: { files: [stored.data.id], length: "short" } },
});
let run: RunView = started.data;
while (run.state === "queued" || run.state === "running") {
  await new Promise((resolve) => setTimeout(resolve, 100));
  run = (await getRun({ client, path: { run: run.id }, throwOnError: true })).data;
}
console.log("run", run.state);
await cancelRun({ client, path: { run: run.id }, throwOnError: true });

const refused = await startRun({ client, path: { module: "summarise" }, body: { input: { lenght: "short" } } });
console.log("refused", refused.error?.status, refused.error?.code, refused.error?.errors?.[0]?.pointer);

// The events' types are in the document too, although no generator can tell that a stream consists of them.
function textOf(event: RunEvent): string {
  return event.type === "text.delta" ? event.text : event.type === "error" ? event.code : "";
}
console.log("typed", textOf({ type: "text.delta", text: "ja", run: run.id, seq: 1 }));
