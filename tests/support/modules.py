# SPDX-License-Identifier: EUPL-1.2
"""Runs the modules service on loopback, starts runs with proper run tokens, and takes their streams apart."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from genius_common.events import Event, event_adapter, is_final
from genius_common.principal import Principal
from genius_common.sse import Decoder
from genius_modules.app import create_app
from genius_modules.registry import Registry
from genius_modules.settings import Settings
from tests.support.http import AsyncClient
from tests.support.inference import AUTHORITY, TENANT, Keys, served

SCOPES = frozenset({"modules.run", "search", "documents.read", "files.read", "chat.completions", "models.read"})
AUDIENCE = ["modules", "inference", "retrieval", "gateway"]
NOWHERE = "http://127.0.0.1:9"


@dataclass
class Outcome:
    """A run's answer: its events, or the problem it was refused with."""

    status: int
    events: list[Event] = field(default_factory=list)
    problem: dict[str, Any] = field(default_factory=dict)
    comments: int = 0

    @property
    def final(self) -> Any:
        assert self.events, self.problem
        assert [event for event in self.events if is_final(event)] == [self.events[-1]], "exactly one final event"
        return self.events[-1]

    @property
    def result(self) -> dict[str, Any]:
        assert self.final.type == "done", self.final
        found: dict[str, Any] = self.final.result
        return found

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if event.type == "text.delta")

    def of(self, kind: str) -> list[Any]:
        return [event for event in self.events if event.type == kind]

    @property
    def warnings(self) -> list[str]:
        return [event.code for event in self.of("warning")]


@dataclass
class RunningModules:
    url: str
    keys: Keys

    def token(self, own_run: UUID | None, /, **changes: Any) -> str:
        lifetime = changes.pop("lifetime_s", 300)
        audience = changes.pop("audience", AUDIENCE)
        values: dict[str, Any] = {
            "subject": UUID(int=1), "tenant": TENANT, "authority": AUTHORITY, "scopes": SCOPES, "run": own_run
        }  # fmt: skip
        return self.keys.signer.sign(Principal(**{**values, **changes}), audience=audience, lifetime_s=lifetime)

    def headers(self, own_run: UUID | None, /, **changes: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(own_run, **changes)}"}

    def client(self) -> httpx.AsyncClient:
        return AsyncClient(base_url=self.url, timeout=30, trust_env=False)

    def body(self, run: UUID, data: dict[str, Any], **values: Any) -> dict[str, Any]:
        services = {"inference": NOWHERE, "retrieval": NOWHERE}
        return {"run": str(run), "version": "1.0.0", "input": data, "services": services, **values}

    async def run(self, module: str, data: dict[str, Any], **values: Any) -> Outcome:
        """Start a run and read its stream to the end. `token` changes the claims, `run` gives the id."""
        run = values.pop("run", None) or uuid4()
        headers = self.headers(run, **values.pop("token", {}))
        body = self.body(run, data, **values)
        async with (
            self.client() as client,
            client.stream("POST", f"/modules/{module}/runs", json=body, headers=headers) as response,
        ):
            return await read(response)

    async def ask(self, question: str, **data: Any) -> Outcome:
        return await self.run("ask-documents", {"question": question, **data})

    async def say(self, message: str, **data: Any) -> Outcome:
        return await self.run("chat", {"message": message, **data})


async def read(response: httpx.Response) -> Outcome:
    outcome = Outcome(response.status_code)
    if response.status_code != 200:
        await response.aread()
        outcome.problem = response.json()
        return outcome
    assert response.headers["content-type"].startswith("text/event-stream")
    decoder = Decoder()
    async for chunk in response.aiter_bytes():
        outcome.comments += chunk.count(b": heartbeat")
        for frame in decoder.feed(chunk):
            event = event_adapter.validate_python(frame.json())
            assert event.type == frame.event
            outcome.events.append(event)
    return outcome


def settings(keys: Keys, inference: str, retrieval: str, **values: Any) -> Settings:
    return Settings(
        profile="local",
        tenant=TENANT,
        jwks_url=keys.jwks_url,
        inference_url=inference,
        retrieval_url=retrieval,
        gateway_url=NOWHERE,
        **values,
    )


@contextlib.contextmanager
def running_modules(
    keys: Keys, inference: str, retrieval: str, registry: Registry | None = None, **values: Any
) -> Iterator[RunningModules]:
    app = create_app(settings(keys, inference, retrieval, **values), registry)
    with served(app) as url:
        yield RunningModules(url, keys)
