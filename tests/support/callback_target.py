# SPDX-License-Identifier: EUPL-1.2
"""A specialist application's end of callbacks: an HTTP server that keeps what it gets and answers as it is told."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(frozen=True)
class Call:
    """A request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def run(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class CallbackServer:
    """`answers` are given in turn, the last one for ever; `slow_s` before each."""

    answers: list[int] = field(default_factory=lambda: [204])
    slow_s: float = 0.0
    calls: list[Call] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.calls.append(Call(request.path, headers, await request.read()))
        await asyncio.sleep(self.slow_s)
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, headers={"location": f"{self.url}/elsewhere"} if status == 302 else {})


@asynccontextmanager
async def callback_server(port: int = 0) -> AsyncIterator[CallbackServer]:
    server = CallbackServer()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", server.take)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def verified(call: Call, secret: str, public_key: str) -> bool:
    """Both signatures, as the how-to shows it, written down a second time."""
    signed = f"{call.id}.{call.headers['webhook-timestamp']}.".encode() + call.body
    found = dict(part.split(",", 1) for part in call.headers["webhook-signature"].split(" "))
    shared = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.new(shared, signed, hashlib.sha256).digest()).decode()
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    public.verify(base64.b64decode(found["v1a"]), signed)  # raises where it is wrong
    return hmac.compare_digest(found["v1"], right)
