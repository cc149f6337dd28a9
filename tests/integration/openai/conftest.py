# SPDX-License-Identifier: EUPL-1.2
"""The gateway's `/v1` relay in front of a real inference service and the scripted model server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from fastapi import FastAPI

from genius_common.errors import NotAuthenticated, PlatformError
from genius_common.principal import Principal
from genius_common.upstream.client import UpstreamClient
from genius_common.web import Receive, Scope, Send
from genius_gateway.openai import Collaborators, OpenAIRelay, Settlement
from genius_inference.testing import RunningServer, ScriptedServer, scripted_server
from tests.support.inference import (
    AUTHORITY,
    SCOPES,
    TENANT,
    Keys,
    RunningInference,
    jwks_server,
    running_inference,
    served,
)

API_KEY = "geheim-1"
BODY_LIMIT = 1_000_000


class Reserved:
    """A reservation of nothing, with a header to be seen in answers."""

    def headers(self) -> list[tuple[bytes, bytes]]:
        return [(b"ratelimit", b'"tokens-per-day";r=1;t=1')]


@dataclass
class Gateway:
    """`/v1` with collaborators of the test: one API key, an audit trail in memory that can be slow or fail."""

    inference: RunningInference
    model: RunningServer | None = None
    url: str = ""
    audit_s: float = 0.0
    audit_error: PlatformError | None = None
    refuse: PlatformError | None = None
    audited: list[str] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)
    client: UpstreamClient | None = None
    _relay: "OpenAIRelay[Reserved] | None" = None

    @property
    def base_url(self) -> str:
        return self.url + "/v1"

    def reset(self) -> None:
        self.audit_s, self.audit_error, self.refuse = 0.0, None, None
        self.audited.clear()
        self.settled.clear()

    async def _authenticate(self, scope: Scope) -> Principal:
        if (b"authorization", f"Bearer {API_KEY}".encode()) not in scope["headers"]:
            raise NotAuthenticated
        return Principal(subject=UUID(int=3), tenant=TENANT, authority=AUTHORITY, scopes=SCOPES)

    async def _reserve(self, principal: Principal, action: str, body: bytes) -> "Reserved":
        principal.require_scope(action)
        if self.refuse is not None:
            raise self.refuse
        return Reserved()

    async def _audit(self, principal: Principal, action: str) -> None:
        await asyncio.sleep(self.audit_s)
        if self.audit_error is not None:
            raise self.audit_error
        self.audited.append(action)

    def _settle(self, reserved: "Reserved", settlement: Settlement) -> None:
        self.settled.append(settlement)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        self.client = UpstreamClient(self.inference.url + "/v1")
        collaborators = Collaborators(
            authenticate=self._authenticate,
            reserve=self._reserve,
            mint=lambda principal: self.inference.keys.signer.sign(principal, audience=["inference"]),
            audit=self._audit,
            settle=self._settle,
        )
        self._relay = OpenAIRelay(self.client, collaborators, body_limit=BODY_LIMIT)
        yield
        self.client.close()

    def app(self) -> "Gateway":
        self._rest = FastAPI(lifespan=self._lifespan)
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._relay is not None and scope["type"] == "http" and self._relay.serves(scope["path"]):
            await self._relay(scope, receive, send)
        else:
            await self._rest(scope, receive, send)


@pytest.fixture(scope="session")
def keys() -> Iterator[Keys]:
    with jwks_server() as found:
        yield found


@pytest.fixture(scope="session")
def shared_gateway(model_server: RunningServer, keys: Keys) -> Iterator[Gateway]:
    upstream = {"url": model_server.url, "ttft_timeout_s": 0.5, "idle_timeout_s": 0.4, "answer_timeout_s": 0.6}
    with running_inference(keys, upstream=upstream) as service:
        gateway = Gateway(service)
        with served(gateway.app()) as url:
            gateway.url = url
            yield gateway


@pytest.fixture(scope="session")
def vllm_gateway(keys: Keys) -> Iterator[Gateway]:
    """The same in front of a server that says it is vLLM."""
    with (
        scripted_server(ScriptedServer(owned_by="vllm")) as server,
        running_inference(keys, upstream={"url": server.url}) as service,
    ):
        gateway = Gateway(service, model=server)
        with served(gateway.app()) as url:
            gateway.url = url
            yield gateway


@pytest.fixture
def gateway(shared_gateway: Gateway, model_server: RunningServer) -> Gateway:
    shared_gateway.reset()
    model_server.clear()
    return shared_gateway
