# SPDX-License-Identifier: EUPL-1.2
"""A conversation of a sample person with what a real one has: a question with a file, answers with sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import sqlalchemy as sa

from genius_gateway.conversations.repository import ConversationRepository, MessageRepository
from genius_gateway.conversations.tables import conversations
from genius_gateway.runs.sealing import Owner, Sealer
from tests.support.gateway import Gateway
from tests.support.personal_data import ready


@dataclass
class Talk:
    """Its turns are written as the runs write them; `words` stand in the texts, each in one place only."""

    gateway: Gateway
    owner: Owner
    id: UUID
    leaf: UUID | None = None
    messages: list[UUID] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.id}/snapshots"

    async def say(
        self,
        text: str,
        *,
        role: str = "user",
        citations: tuple[dict[str, Any], ...] = (),
        unsupported: tuple[dict[str, Any], ...] = (),
        parent: UUID | str | None = "last",
        state: str = "complete",
        files: tuple[str, ...] = (),
        protection_class: str = "intern",
    ) -> UUID:
        """A message at the end of the visible branch (or below `parent`), which becomes the visible one."""
        sealer, message = Sealer(self.gateway.state.keys), uuid4()
        async with self.gateway.state.database.transaction(self.owner.scope) as connection:
            await MessageRepository(sealer).insert(
                connection,
                self.owner,
                message,
                {"text": text, "citations": list(citations), "unsupported": list(unsupported)},
                conversation=self.id,
                parent=self.leaf if parent == "last" else parent,
                role=role,
                state=state,
                mode="extractive" if role == "assistant" else None,
                files=[UUID(file) for file in files],
                protection_class=protection_class,
            )
            chosen = sa.update(conversations).where(conversations.c.id == self.id)
            await connection.execute(chosen.values(active_leaf=message))
        self.leaf = message
        self.messages.append(message)
        return message


async def talk(gateway: Gateway, login: str, title: str, **values: Any) -> Talk:
    """An empty one; `values` are columns of its row."""
    async with await gateway.client(login) as client:
        me = (await client.get("/api/v1/me")).json()
        made = (await client.post("/api/v1/conversations", json={"title": title})).json()["id"]
    owner = Owner(UUID(me["authority"]["id"]), UUID(me["id"]))
    if values:
        async with gateway.state.database.transaction(owner.scope) as connection:
            await ConversationRepository(Sealer(gateway.state.keys)).update(connection, owner, UUID(made), **values)
    return Talk(gateway, owner, UUID(made))


async def source(client: httpx.AsyncClient, word: str, owner: str, number: int = 1) -> dict[str, Any]:
    """A citation of a new document in a new knowledge base of `owner`, with its text as the quote."""
    base = (
        await client.post("/api/v1/knowledge-bases", json={"name": word, "purpose": "Probe", "owner": owner})
    ).json()["id"]
    text = f"Im Dokument steht {word}."
    path = f"/api/v1/knowledge-bases/{base}/documents"
    document = (await client.post(path, files={"file": (f"{word}.txt", text.encode())})).json()["id"]
    await ready(client, f"/api/v1/documents/{document}")
    return {
        "number": number, "document": document, "knowledge_base": base, "title": f"{word}.txt", "version": "1",
        "text": text, "quote": text, "score": 1.0, "char_from": 0, "char_to": len(text), "protection_class": "intern",
    }  # fmt: skip


async def loose_file(client: httpx.AsyncClient, word: str) -> str:
    """A new file outside of knowledge bases, read to the end."""
    content = f"In der Datei steht {word}.".encode()
    file = (await client.post("/api/v1/files", files={"file": (f"{word}.txt", content)})).json()["id"]
    await ready(client, f"/api/v1/files/{file}")
    return str(file)
