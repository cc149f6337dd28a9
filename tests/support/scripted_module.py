# SPDX-License-Identifier: EUPL-1.2
"""A modules service whose modules do what their input says: a real HTTP server speaking "Module over HTTP".

Its modules `scripted` and `chat` take `{"script": …}` (chat: the script is the first word of `message`):
`echo` · `slow` (one word every 50 ms until cancelled or 200 words) · `cut` (connection closed after two words) ·
`early-cut` (closed before any event) · `end` (stream ends without a final event) · `hang` (silence) · `error` ·
`refuse` (problem+json before the start) · `wrong-result` · `nonsense` (no event) · `many` (2,500 deltas) ·
`unauthorised` · `two-finals` · `wait-status` (a status, then silence until released) · every key of `raw` (its events,
sent as they are, also those that the contract forbids).
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from genius_common.events import dump_event, event_adapter
from genius_common.sse import encode

TEXT_RESULT = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "citations": {"type": "array"}, "mode": {"type": "string"}},
    "required": ["text", "mode"],
    "additionalProperties": False,
}
CARD = {
    "purpose": {"de": "Prüft die Plattform.", "en": "Tests the platform."},
    "role": "both",
    "risk_class": "minimal",
    "annex_iii": {"de": "Kein Fall des Anhangs III.", "en": "No case of Annex III."},
    "approver": "Teststelle",
    "approved_on": "2026-01-01",
    "expires_on": "2099-12-31",
}
_IDS = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]}


def manifest(module: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "id": module,
        "version": "1.2.0",
        "title": {"de": module, "en": module},
        "description": {"de": "Testmodul", "en": "test module"},
        "input_schema": {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        },
        "result_schema": TEXT_RESULT,
        "scopes": ["modules.run", "search"],
        "needs": "none",
        "mode": "template",
        "protection_classes": ["offen", "intern", "personenbezogen"],
        "rule_of_two": {"private_data": True, "untrusted_text": True},
        "limits": {"tokens": 1000, "seconds": 60, "bytes": 1_000_000},
        "card": CARD,
    }


CHAT_INPUT = {
    "message": {"anyOf": [{"type": "string", "maxLength": 200_000}, {"type": "null"}]},
    "regenerate": {"type": ["string", "null"]},
    "conversation": {"type": ["string", "null"]},
    "parent": {"type": ["string", "null"]},
    "knowledge_bases": _IDS,
    "documents": _IDS,
    "files": _IDS,
}
SCRIPTED_INPUT = {
    "script": {"type": "string", "minLength": 1, "maxLength": 40},
    "knowledge_bases": _IDS,
    "documents": _IDS,
    "files": _IDS,
}


class ScriptedModules:
    """The server; `requests`, `tokens` and `cancelled` tell what the gateway asked for."""

    def __init__(self) -> None:
        self.manifests = [manifest("scripted", SCRIPTED_INPUT, ["script"]), manifest("chat", CHAT_INPUT, [])]
        self.requests: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.cancelled: list[str] = []
        self.released = asyncio.Event()
        self.delay_s = 0.05
        self.refusal = "scripted_refusal"
        self.raw: dict[str, list[dict[str, Any]]] = {}
        self.url = ""
        self._runs: dict[str, asyncio.Task[Any]] = {}
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/manifests", self._manifests)
        app.router.add_post("/modules/{module}/runs", self._run)
        app.router.add_delete("/modules/{module}/runs/{run}", self._cancel)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _manifests(self, request: web.Request) -> web.Response:
        return web.json_response({"items": self.manifests})

    async def _cancel(self, request: web.Request) -> web.Response:
        run = request.match_info["run"]
        self.cancelled.append(run)
        if task := self._runs.get(run):
            task.cancel()
        return web.Response(status=204)

    async def _run(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.tokens.append(request.headers.get("authorization", "").removeprefix("Bearer "))
        data = body["input"]
        script = data["script"] if "script" in data else (str(data["message"]).split() or ["echo"])[0]
        if script == "refuse":
            problem = {"code": self.refusal, "detail": "Nein.", "retryable": False, "status": 422}
            return web.json_response(problem, status=422)
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        play = asyncio.create_task(self._play(script, data, request, response))
        self._runs[body["run"]] = play
        try:
            await play
        except asyncio.CancelledError:
            if body["run"] not in self.cancelled:
                play.cancel()
                raise
            await send(response, {"type": "usage", "input_tokens": 0, "output_tokens": 5})
            await send(response, {"type": "cancelled"})
        return response

    async def _play(self, script: str, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        for event in self.raw.get(script, []):
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
        if script in self.raw:
            return
        scene = getattr(self, "_scene_" + script.replace("-", "_"), self._scene_echo)
        await scene(data, request, response)

    async def _scene_echo(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        await send(response, {"type": "status", "phase": "generating"})
        words = str(data.get("message") or data.get("script")).split()
        for word in words:
            await send(response, {"type": "text.delta", "text": word + " "})
        await send(response, {"type": "usage", "input_tokens": 3, "output_tokens": 4})
        await send(response, {"type": "usage", "input_tokens": 1, "output_tokens": 2})
        await done(response, " ".join(words))

    async def _scene_slow(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        for number in range(200):
            await send(response, {"type": "text.delta", "text": f"w{number} "})
            await asyncio.sleep(self.delay_s)
        await done(response, "fertig")

    async def _scene_cut(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        await send(response, {"type": "text.delta", "text": "eins "})
        await send(response, {"type": "text.delta", "text": "zwei "})
        self._close(request)

    async def _scene_early_cut(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        self._close(request)

    @staticmethod
    def _close(request: web.Request) -> None:
        assert request.transport is not None
        request.transport.abort()

    async def _scene_end(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        await send(response, {"type": "text.delta", "text": "eins "})

    async def _scene_hang(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        await send(response, {"type": "status", "phase": "generating"})
        await asyncio.sleep(600)

    async def _scene_wait_status(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        await send(response, {"type": "status", "phase": "searching"})
        await self.released.wait()
        await done(response, "freigegeben")

    async def _scene_error(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        await send(response, {"type": "text.delta", "text": "fast "})
        await send(response, {"type": "error", "code": "model_unavailable", "detail": "Weg.", "retryable": True})

    async def _scene_wrong_result(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        await send(response, {"type": "done", "result": {"texte": 1}})

    async def _scene_nonsense(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        await response.write(encode("text.delta", {"type": "text.delta", "text": "x", "evil": 1}))

    async def _scene_two_finals(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        await done(response, "erstes")
        await done(response, "zweites")

    async def _scene_many(self, data: Any, request: web.Request, response: web.StreamResponse) -> None:
        for number in range(2_500):
            await send(response, {"type": "text.delta", "text": f"{number} "})
        await done(response, "viele")


async def send(response: web.StreamResponse, event: dict[str, Any]) -> None:
    checked = event_adapter.validate_python(event)
    await response.write(encode(checked.type, dump_event(checked)))


async def done(response: web.StreamResponse, text: str) -> None:
    await send(response, {"type": "done", "result": {"text": text, "citations": [], "mode": "template"}})
