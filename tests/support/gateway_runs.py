# SPDX-License-Identifier: EUPL-1.2
"""The runs part of the gateway as a process of its own over loopback HTTP, with a signed-in person per header.

Everything is the real thing but the sign-in: the header `x-test-person: <person>/<authority>[/<API token>]` takes the
place of the gate (which has its own tests); `x-test-application` names the application that acts. Started as
`python -m tests.support.gateway_runs CONFIG.json`, or in the test's process.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import sqlalchemy as sa
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from genius_common.database import Database, create_engine
from genius_common.http import ServiceClient, create_session
from genius_common.keys import KeyRing, keys_table
from genius_common.keys_encryption import LocalKeys
from genius_common.principal import Principal, ProtectionClass
from genius_common.settings import DatabaseSettings
from genius_common.sse import Decoder, Frame
from genius_common.web import BodyLimitMiddleware, RequestIdMiddleware, install
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.auth.identity import Identity
from genius_gateway.callbacks.endpoints import router as callbacks_router
from genius_gateway.callbacks.options import CallbackOptions
from genius_gateway.conversations.endpoints import router as conversations_router
from genius_gateway.modules.endpoints import router as modules_router
from genius_gateway.policy.evaluate import PERSON_SCOPES
from genius_gateway.runs.assembly import assemble
from genius_gateway.runs.endpoints import router as runs_router
from genius_gateway.runs.options import RunOptions
from genius_gateway.settings import AuditSettings, OidcSettings, Settings
from genius_gateway.tokens.minter import TokenMinter
from genius_gateway.usage.ledger import Ledger
from tests.support.http import AsyncClient
from tests.support.ports import free_port

LIMIT = 12_000_000
_APPLICATION = b"x-test-application"


class HeaderIdentity:
    """Stands in for the gate."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            header = next((value for name, value in scope["headers"] if name == b"x-test-person"), b"").decode()
            acting = next((value for name, value in scope["headers"] if name == _APPLICATION), None)
            person, authority, *token = (UUID(part) for part in header.split("/"))
            principal = Principal(
                subject=person,
                tenant="test",
                authority=authority,
                roles=frozenset({"sachbearbeitung"}),
                scopes=PERSON_SCOPES,
                classification=ProtectionClass.PERSONENBEZOGEN,
                api_token=token[0] if token else None,
                application=UUID(acting.decode()) if acting else None,
            )
            scope.setdefault("state", {})["identity"] = identity(principal)
        await self._app(scope, receive, send)


def identity(principal: Principal) -> Identity:
    return Identity(principal, "bearer", "Test", "test")


def settings(config: dict[str, Any]) -> Settings:
    return Settings(
        profile="local",
        tenant="test",
        port=config["port"],
        public_url="http://127.0.0.1:1",
        oidc=OidcSettings(issuer="http://127.0.0.1:2", client_id="web", client_secret="x"),
        database=DatabaseSettings(url=config["database"], pool_size=6),
        kek_file=Path("/nonexistent"),
        signing_key_file=Path("/nonexistent"),
        audit=AuditSettings(key_file=Path("/nonexistent")),
        inference_url="http://127.0.0.1:3",
        retrieval_url=config.get("retrieval", "http://127.0.0.1:3"),
        modules_url=config["modules"],
        module_register_file=config.get("register"),
        callbacks=CallbackOptions(**config.get("callbacks", {})),
    )


class Everybody:
    """People are made up here, like their identity: only the whole gateway knows who may."""

    def __init__(self) -> None:
        self.refused: set[UUID | None] = set()

    async def holds(self, principal: Principal) -> bool:
        return self.refused.isdisjoint({principal.subject, principal.api_token})


def create_app(config: dict[str, Any]) -> FastAPI:
    values = settings(config)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(create_engine(values.database))
        permission = app.state.permission = Everybody()
        ledger = app.state.ledger = Ledger(database, values.limits)
        async with create_session() as session:
            system = assemble(
                settings=values,
                database=database,
                keys=KeyRing(LocalKeys(bytes.fromhex(config["kek"])), keys_table(sa.MetaData())),
                minter=TokenMinter(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(config["signing"]))),
                audit=AuditTrail(database),
                ledger=ledger,
                modules=ServiceClient(session, values.modules_url, "Module"),
                retrieval=ServiceClient(session, values.retrieval_url, "Suche"),
                inference=ServiceClient(session, values.inference_url, "Sprachmodell"),
                permission=permission,
                options=RunOptions(**config.get("options", {})),
            )
            app.state.runs = system
            ledger.start()
            await system.start()
            yield
            await system.stop()
            await ledger.close()
        await database.close()

    app = FastAPI(lifespan=lifespan)
    install(app)
    for router in (runs_router, conversations_router, modules_router, callbacks_router):
        app.include_router(router)
    app.add_middleware(BodyLimitMiddleware, limit=lambda _: LIMIT)
    app.add_middleware(HeaderIdentity)
    app.add_middleware(RequestIdMiddleware)
    return app


class LocalGateway:
    """The app in this process on a port of its own."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = {**config, "port": free_port()}
        self.url = f"http://127.0.0.1:{self.config['port']}"
        self.app = create_app(self.config)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.app,
                host="127.0.0.1",
                port=self.config["port"],
                log_level="warning",
                ws="none",
                lifespan="on",
                timeout_graceful_shutdown=1,
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server._serve())
        while not self._server.started:
            assert not self._task.done(), self._task
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._server.should_exit = True
        if self._task:
            await self._task


class GatewayProcess:
    """The app in a process that can be killed."""

    def __init__(self, config: dict[str, Any], folder: Path) -> None:
        self.config = {**config, "port": free_port()}
        self.url = f"http://127.0.0.1:{self.config['port']}"
        self._file = folder / f"gateway-{self.config['port']}.json"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._file.write_text(json.dumps(self.config))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.gateway_runs", str(self._file), cwd=Path(__file__).parents[2]
        )
        async with AsyncClient() as client:
            for _ in range(600):
                try:
                    await client.get(self.url + "/api/v1/modules", headers=Person().headers)
                    return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        raise AssertionError("the gateway did not start")

    async def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._process and self._process.returncode is None:
            os.kill(self._process.pid, how)
            await self._process.wait()


class Person:
    """Somebody signed in, in an authority."""

    def __init__(self, authority: UUID | None = None) -> None:
        self.id = uuid4()
        self.authority = authority or uuid4()

    @property
    def headers(self) -> dict[str, str]:
        return {"x-test-person": f"{self.id}/{self.authority}"}


async def frames(response: httpx.Response) -> AsyncIterator[Frame]:
    decoder = Decoder()
    async for chunk in response.aiter_bytes():
        for frame in decoder.feed(chunk):
            yield frame


def main() -> None:
    config = json.loads(Path(sys.argv[1]).read_text())
    uvicorn.run(
        create_app(config),
        host="127.0.0.1",
        port=config["port"],
        log_level="warning",
        ws="none",
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
