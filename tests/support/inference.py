# SPDX-License-Identifier: EUPL-1.2
"""Runs the inference service on a thread with uvicorn, and a JWKS server with a signer for its tokens."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import orjson
import uvicorn

from genius_common.principal import Principal
from genius_common.tokens import TokenSigner
from genius_common.web import ASGIApp
from genius_inference.app import Application, create_app
from genius_inference.settings import Settings
from tests.support.gateway_keys import KeyServer, key_server
from tests.support.http import Client

TENANT = "test"
AUTHORITY = UUID(int=7)
SCOPES = frozenset({"chat.completions", "embeddings", "models.read"})


@dataclass
class Keys:
    """The gateway's side: a signer and the address of its JWKS."""

    jwks_url: str
    signer: TokenSigner
    server: KeyServer | None = None

    def token(self, **changes: Any) -> str:
        lifetime = changes.pop("lifetime_s", 300)
        audience = changes.pop("audience", ["inference"])
        values: dict[str, Any] = {"subject": UUID(int=1), "tenant": TENANT, "authority": AUTHORITY, "scopes": SCOPES}
        return self.signer.sign(Principal(**{**values, **changes}), audience=audience, lifetime_s=lifetime)


@contextlib.contextmanager
def jwks_server() -> Iterator[Keys]:
    with key_server() as server:
        yield Keys(server.jwks_url, server.signer, server)


@contextlib.contextmanager
def served(app: ASGIApp, *, timeout_keep_alive: int = 75, port: int = 0) -> Iterator[str]:
    """Serve an ASGI application with uvicorn, uvloop and httptools on a thread; gives its URL."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=timeout_keep_alive,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: _run(server), daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert server.started, "the service did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def _run(server: uvicorn.Server) -> None:
    # uvicorn's own run() installs signal handlers, which only the main thread may.
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve())


@dataclass
class RunningInference:
    url: str
    app: Application
    keys: Keys
    headers: dict[str, str] = field(default_factory=dict)

    def client(self, **token: Any) -> httpx.Client:
        """A synchronous client with a token; `token` changes its claims."""
        authorization = {"authorization": f"Bearer {self.keys.token(**token)}"}
        return Client(base_url=self.url, headers=authorization, timeout=20, trust_env=False)


def settings(keys: Keys, *, tenant: str = TENANT, **values: Any) -> Settings:
    return Settings(profile="local", tenant=tenant, port=8081, jwks_url=keys.jwks_url, **values)


@contextlib.contextmanager
def running_inference(keys: Keys, **values: Any) -> Iterator[RunningInference]:
    app = create_app(settings(keys, **values))
    with served(app) as url:
        yield RunningInference(url, app, keys)


def message(text: str, **values: Any) -> dict[str, Any]:
    """A chat request with one user message."""
    return {"model": "echo", "messages": [{"role": "user", "content": text}], **values}


@dataclass
class Stream:
    """A received event stream, taken apart."""

    status: int
    raw: bytes
    events: list[Any] = field(default_factory=list)
    done: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""
    usage: dict[str, int] | None = None

    def __post_init__(self) -> None:
        for block in self.raw.split(b"\n\n"):
            if block == b"data: [DONE]":
                self.done += 1
            elif block.startswith(b"data: "):
                self._event(orjson.loads(block[6:]))

    def _event(self, event: Any) -> None:
        self.events.append(event)
        if "error" in event:
            self.errors.append(event["error"])
            return
        self.usage = event.get("usage") or self.usage
        for choice in event["choices"]:
            self.text += choice["delta"].get("content") or ""


def stream(client: httpx.Client, body: dict[str, Any]) -> Stream:
    """POST a streaming chat completion and read it to its end."""
    response = client.post("/v1/chat/completions", json={**body, "stream": True})
    if response.status_code != 200:
        return Stream(response.status_code, b"", errors=[response.json()["error"]])
    return Stream(response.status_code, response.content)
