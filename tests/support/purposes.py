# SPDX-License-Identifier: EUPL-1.2
"""Knowledge bases of every use over the whole platform, and callers with every kind of credentials (DSG-06)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import psycopg

from genius_common.principal import Role
from genius_common.uses import SEARCH
from genius_modules.registry import built_in
from genius_stack.samples.people import APPLICATION_SCOPES
from tests.support.gateway import CSRF
from tests.support.http import AsyncClient
from tests.support.matrix import Passport
from tests.support.postgres import conninfo
from tests.support.protection import HIGHEST, World, wait_ready

MODULES = {module.spec.id: module.spec for module in built_in()}
READING = [name for name, spec in MODULES.items() if "knowledge_bases" in spec.input_model.model_fields]
USES = (*MODULES, SEARCH)
KINDS = ("bearer", "session", "api token", "application")
TEXTS: dict[str, dict[str, Any]] = {
    "chat": {"message": "Wie lange brütet der Vogel im Schrank?"},
    "ask-documents": {"question": "Wie lange brütet der Vogel im Schrank?"},
    "summarise": {"text": "Der Vogel brütet lange im Schrank."},
    "draft": {"kind": "vermerk", "notes": "Der Vogel brütet lange im Schrank."},
    "simplify": {"text": "Der Vogel brütet lange im Schrank.", "level": "leicht"},
    "extract": {"text": "Der Vogel brütet lange im Schrank.", "fields": "Vogel"},
    "completeness": {"rule_set": "wohngeld", "files": [str(UUID(int=1))]},
}
Answer = httpx.Response


@dataclass(frozen=True)
class Base:
    """`word` stands in its one document and nowhere else."""

    id: str
    document: str
    word: str
    name: str


@dataclass
class Scene:
    """`bases` by what each may be used for: one of `USES`, or None for everything."""

    world: World
    owner: httpx.AsyncClient
    callers: Mapping[str, httpx.AsyncClient]
    bases: dict[str | None, Base] = field(default_factory=dict)

    async def make(self, uses: list[str] | None) -> Base:
        word = f"Zweckvogel{uuid4().hex[:8]}"
        body = {"name": f"Akten {word}", "purpose": f"Auskunft {word}", "owner": "authority", "uses": uses}
        made = await self.owner.post("/api/v1/knowledge-bases", json=body)
        assert made.status_code == 201, made.text
        base = made.json()["id"]
        assert (made.json()["purpose"], made.json()["uses"]) == (body["purpose"], sorted(uses) if uses else None)
        content = f"Der Vogel {word} brütet dreißig Tage im Schrank.".encode()
        sent = await self.owner.post(f"/api/v1/knowledge-bases/{base}/documents", files={"file": ("v.txt", content)})
        document = sent.json()["id"]
        await wait_ready(self.owner, f"/api/v1/documents/{document}")
        return Base(base, document, word, f"Akten {word}")

    async def bind(self, base: Base, uses: Iterable[str] | None) -> None:
        body = {"uses": None if uses is None else sorted(uses)}
        changed = await self.owner.patch(f"/api/v1/knowledge-bases/{base.id}", json=body)
        assert (changed.status_code, changed.json().get("uses")) == (200, body["uses"]), changed.text

    def words(self, text: str) -> set[str]:
        """Whose words stand in `text`, or reached the model since it was last cleared."""
        seen = text + orjson.dumps([record.body for record in self.world.model.log()]).decode()
        return {base.word for base in self.bases.values() if f"Vogel {base.word}" in seen}

    def records(self, action: str) -> list[tuple[str | None, str, str | None]]:
        """Object, outcome and use of every record of `action`, oldest first."""
        query = "SELECT object, outcome, facts ->> 'use' FROM audit_records WHERE action = %s ORDER BY at, seq"
        with psycopg.connect(conninfo(self.world.gateway.superuser_url)) as connection:
            rows = connection.execute(query, (action,)).fetchall()
        return [(str(base) if base else None, outcome, use) for base, outcome, use in rows]


async def start(client: httpx.AsyncClient, module: str, headers: dict[str, str] | None = None, **data: Any) -> Answer:
    body = {"input": {**TEXTS[module], **data}}
    return await client.post(f"/api/v1/modules/{module}/runs", json=body, headers=headers or {})


async def everything(client: httpx.AsyncClient, done: dict[str, Any]) -> str:
    """All that a run has told: its result and its events."""
    return str(done) + (await client.get(f"/api/v1/runs/{done['id']}/events")).text


async def _callers(world: World) -> dict[str, dict[str, str]]:
    gateway = world.gateway
    passport = Passport(gateway)
    token = passport.token("a.weber", "mhb", Role.SACHBEARBEITUNG)
    cookie = f"{gateway.settings.session_cookie}={await passport.session(token)}"
    async with AsyncClient(base_url=gateway.url, headers={"authorization": f"Bearer {token}"}) as client:
        made = await client.post("/api/v1/me/tokens", json={"name": "Zweck", "scopes": ["modules.run", "search"]})
    application = await passport.application("mhb-fachverfahren", "mhb", frozenset(APPLICATION_SCOPES))
    bearers = {"bearer": token, "api token": made.json()["token"], "application": application}
    return {"session": {"cookie": cookie, **CSRF}} | {
        kind: {"authorization": f"Bearer {value}"} for kind, value in bearers.items()
    }


@asynccontextmanager
async def scene_of(world: World) -> AsyncIterator[Scene]:
    """Gone afterwards: other tests of the world count what a.weber may read."""
    world.set(model=HIGHEST)
    url = world.gateway.url
    clients = {
        kind: AsyncClient(base_url=url, headers=headers, timeout=30)
        for kind, headers in (await _callers(world)).items()
    }
    async with await world.client() as owner:
        scene = Scene(world, owner, clients)
        try:
            for uses in (None, *USES):
                scene.bases[uses] = await scene.make([uses] if uses else None)
            yield scene
        finally:
            for base in scene.bases.values():
                await owner.delete(f"/api/v1/knowledge-bases/{base.id}")
            for client in clients.values():
                await client.aclose()
