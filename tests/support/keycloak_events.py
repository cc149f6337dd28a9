# SPDX-License-Identifier: EUPL-1.2
"""The three addresses of Keycloak that the gateway's follower asks, over real HTTP; what happens there is scripted."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SECRET = "folgen"


@dataclass
class ScriptedKeycloak:
    issuer: str = ""
    enabled: dict[str, bool] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    down: bool = False
    tokens: int = 0
    queries: list[dict[str, str]] = field(default_factory=list)

    def happened(self, kind: str, subject: str, *, below: str = "", at: int | None = None) -> None:
        """An administrator changed something of a person, now."""
        self.events.append(
            {
                "time": at or int(1000 * time.time()),
                "operationType": "UPDATE",
                "resourceType": kind,
                "resourcePath": f"users/{subject}{below}",
            }
        )

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self.down or form.get("client_secret") != SECRET or form.get("grant_type") != "client_credentials":
            return web.Response(status=503 if self.down else 401)
        self.tokens += 1
        return web.json_response({"access_token": f"t{self.tokens}", "expires_in": 60})

    async def admin_events(self, request: web.Request) -> web.Response:
        if not self._admitted(request):
            return web.Response(status=503 if self.down else 401)
        query = dict(request.query)
        self.queries.append(query)
        found = [event for event in self.events if event["time"] >= int(query["dateFrom"])]
        found.sort(key=lambda event: -event["time"])
        first, most = int(query["first"]), int(query["max"])
        return web.json_response(found[first : first + most])

    async def user(self, request: web.Request) -> web.Response:
        if not self._admitted(request):
            return web.Response(status=503 if self.down else 401)
        subject = request.match_info["subject"]
        if subject not in self.enabled:
            return web.json_response({"error": "User not found"}, status=404)
        return web.json_response({"id": subject, "enabled": self.enabled[subject]})

    def _admitted(self, request: web.Request) -> bool:
        return not self.down and request.headers.get("authorization") == f"Bearer t{self.tokens}"


@asynccontextmanager
async def scripted_keycloak() -> AsyncIterator[ScriptedKeycloak]:
    keycloak = ScriptedKeycloak()
    app = web.Application()
    app.router.add_post("/realms/genius/protocol/openid-connect/token", keycloak.token)
    app.router.add_get("/admin/realms/genius/admin-events", keycloak.admin_events)
    app.router.add_get("/admin/realms/genius/users/{subject}", keycloak.user)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    keycloak.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}/realms/genius"
    try:
        yield keycloak
    finally:
        await runner.cleanup()
