# SPDX-License-Identifier: EUPL-1.2
"""An external module as an HTTP service that can misbehave in every way: a real server on loopback."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
from pathlib import Path
from typing import Any

from aiohttp import web

from genius_common.contracts.module_register import Register, Registration
from tests.support.scripted_module import SCRIPTED_INPUT, manifest, send

CHUNK = b"x" * 65_536


class ExternalModule:
    """`extern`: its input's `script` says what it does. `sent` counts the bytes of a flood."""

    def __init__(self) -> None:
        self.manifest: dict[str, Any] = manifest("extern", SCRIPTED_INPUT, ["script"])
        self.bodies: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.cancelled: list[str] = []
        self.sent = 0
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/manifest", self._manifest)
        app.router.add_get("/health", self._manifest)
        app.router.add_post("/runs", self._run)
        app.router.add_delete("/runs/{run}", self._cancel)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def register(self, file: Path, **changes: Any) -> None:
        """Write the register with this module as it is now."""
        entry = Registration.of(self.url, {**self.manifest, **changes}, dt.date(2026, 11, 26))
        file.write_text(Register(modules=[entry]).model_dump_json())

    def claims(self) -> dict[str, Any]:
        """Of the last token."""
        payload = self.tokens[-1].split(".")[1]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
        return found

    async def _manifest(self, request: web.Request) -> web.Response:
        return web.json_response(self.manifest)

    async def _cancel(self, request: web.Request) -> web.Response:
        self.cancelled.append(request.match_info["run"])
        return web.Response(status=204)

    async def _run(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        self.tokens.append(request.headers.get("authorization", "").removeprefix("Bearer "))
        script = body["input"]["script"]
        if script == "redirect":
            return web.Response(status=307, headers={"location": self.url + "/manifest"})
        if script == "nothing":
            await asyncio.sleep(600)
        if script == "endless-problem":
            response = web.StreamResponse(status=422, headers={"content-type": "application/problem+json"})
            await response.prepare(request)
            await self._flood(response, b'{"code": "', CHUNK)
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await getattr(self, "_scene_" + script.replace("-", "_"))(response)
        return response

    async def _flood(self, response: web.StreamResponse, head: bytes, chunk: bytes) -> None:
        """One gigabyte, as far as anybody takes it."""
        await response.write(head)
        for _ in range(16_384):
            await response.write(chunk)
            self.sent += len(chunk)

    async def _scene_echo(self, response: web.StreamResponse) -> None:
        await send(response, {"type": "partial", "path": "/text", "value": "f"})
        await send(response, {"type": "text.delta", "text": "fertig"})
        await send(response, {"type": "done", "result": {"text": "fertig", "mode": "template"}})

    async def _scene_hang(self, response: web.StreamResponse) -> None:
        await send(response, {"type": "status", "phase": "generating"})
        await asyncio.sleep(600)

    async def _scene_slow(self, response: web.StreamResponse) -> None:
        while True:
            await send(response, {"type": "status", "phase": "generating"})
            await asyncio.sleep(0.1)

    async def _scene_wrong_result(self, response: web.StreamResponse) -> None:
        await send(response, {"type": "done", "result": {"text": 7, "mode": "template"}})

    async def _scene_wrong_part(self, response: web.StreamResponse) -> None:
        await send(response, {"type": "partial", "path": "/texte", "value": "f"})
        await self._scene_echo(response)

    async def _scene_wrong_part_value(self, response: web.StreamResponse) -> None:
        await send(response, {"type": "partial", "path": "/text", "value": 7})
        await self._scene_echo(response)

    async def _scene_item(self, response: web.StreamResponse) -> None:
        await send(response, {"type": "item", "index": 0, "state": "succeeded"})
        await self._scene_echo(response)

    async def _scene_endless_line(self, response: web.StreamResponse) -> None:
        await self._flood(response, b"data: ", CHUNK)

    async def _scene_endless_comments(self, response: web.StreamResponse) -> None:
        await self._flood(response, b"", b": " + CHUNK + b"\n\n")

    async def _scene_endless_text(self, response: web.StreamResponse) -> None:
        event = json.dumps({"type": "text.delta", "text": "x" * 60_000})
        await self._flood(response, b"", f"data: {event}\n\n".encode())
