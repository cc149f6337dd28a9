# SPDX-License-Identifier: EUPL-1.2
"""Plants something of every kind that the platform keeps of a person, each with a canary in its content."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import sqlalchemy as sa

from genius_gateway.conversations.repository import ConversationRepository, MessageRepository
from genius_gateway.runs.live import LoggedEvent
from genius_gateway.runs.repository import RunRepository
from genius_gateway.runs.sealing import Owner, Sealer
from genius_gateway.runs.tables import runs
from tests.support.gateway import Gateway


@dataclass(frozen=True)
class Planted:
    """Ids of what was planted; every `canary-…` stands in some content."""

    person: UUID
    authority: UUID
    canary: str
    conversation: UUID
    message: UUID
    turn: UUID
    run: UUID
    case: UUID
    file: UUID
    knowledge_base: UUID
    document: UUID

    @property
    def owner(self) -> Owner:
        return Owner(self.authority, self.person)


def as_superuser(gateway: Gateway, *statements: str, **values: Any) -> list[Any]:
    """Past all row-level security, as nobody of the platform can; returns the rows of the last statement."""
    engine = sa.create_engine(gateway.superuser_url, poolclass=sa.NullPool)
    rows: list[Any] = []
    with engine.begin() as connection:
        for statement in statements:
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            result = connection.execute(sa.text(statement), used)
            rows = list(result.all()) if result.returns_rows else []
    engine.dispose()
    return rows


async def ready(client: httpx.AsyncClient, path: str) -> None:
    for _ in range(300):
        if (await client.get(path)).json()["state"] in {"ready", "failed"}:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{path} is not ready")


async def plant(gateway: Gateway, login: str, *, in_case: bool = False) -> Planted:
    """All of it for a sample person, through the API where there is one for it."""
    canary = f"canary{uuid4().hex[:10]}"
    async with await gateway.client(login) as client:
        me = (await client.get("/api/v1/me")).json()
        content = f"Der Vermerk {canary}-datei liegt bei.".encode()
        file = (await client.post("/api/v1/files", files={"file": (f"{canary}-name.txt", content)})).json()["id"]
        case = (await client.post("/api/v1/cases", json={"reference": f"{canary}-az", "title": "T"})).json()["id"]
        body = {"name": f"{canary}-wissen", "purpose": f"{canary}-zweck", "owner": "person"}
        base = (await client.post("/api/v1/knowledge-bases", json=body)).json()["id"]
        made = await client.post(
            f"/api/v1/knowledge-bases/{base}/documents",
            files={"file": (f"{canary}-dokument.txt", f"Im Dokument steht {canary}-bestand.".encode())},
        )
        document = made.json()["id"]
        chat = {"title": f"{canary}-titel", "folder": f"{canary}-ordner"} | ({"case": case} if in_case else {})
        conversation = (await client.post("/api/v1/conversations", json=chat)).json()["id"]
        await ready(client, f"/api/v1/files/{file}")
        await ready(client, f"/api/v1/documents/{document}")
    owner = Owner(UUID(me["authority"]["id"]), UUID(me["id"]))
    message, turn, run = uuid4(), uuid4(), uuid4()
    sealer = Sealer(gateway.state.keys)
    repository = RunRepository(sealer, 10)
    messages = MessageRepository(sealer)
    async with gateway.state.database.transaction(owner.scope) as connection:
        text = {"text": f"{canary}-frage", "citations": []}
        place = {"conversation": UUID(conversation), "parent": None, "role": "user", "state": "complete"}
        await messages.insert(connection, owner, message, text, **place, files=[UUID(file)])
        await ConversationRepository(sealer).index(connection, owner, UUID(conversation), message, f"{canary}-frage")
        for identifier, of in ((turn, UUID(conversation)), (run, None)):
            values = {"id": identifier, "module": "summarise", "version": "1", "protection_class": "intern"}
            request = {"input": {"text": f"{canary}-eingabe"}}
            await repository.insert(connection, owner, uuid4(), request, {**values, "conversation": of})
            event = LoggedEvent.load({"seq": 1, "type": "text.delta", "run": str(identifier), "text": canary})
            await repository.first_events(connection, owner, identifier, [event])
            result = await sealer.seal(connection, owner, {"text": f"{canary}-ergebnis"}, f"runs/result/{identifier}")
            done = sa.update(runs).where(runs.c.id == identifier)
            await connection.execute(done.values(state="succeeded", result=result, finished_at=sa.func.now()))
        await ConversationRepository(sealer).update(connection, owner, UUID(conversation), active_leaf=message)
    if me["units"]:
        async with await gateway.client(login) as client:
            body = {"recipients": [{"unit": me["units"][0]["id"]}]}
            shared = await client.post(f"/api/v1/conversations/{conversation}/snapshots", json=body)
            assert shared.status_code == 201, shared.text
    return Planted(
        owner.person, owner.authority, canary, UUID(conversation), message, turn, run,
        UUID(case), UUID(file), UUID(base), UUID(document),
    )  # fmt: skip
