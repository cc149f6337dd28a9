# SPDX-License-Identifier: EUPL-1.2
"""Rows of conversations and messages; every connection is already limited to their owner."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.principal import ProtectionClass
from genius_gateway.conversations.tables import conversations, message_terms, messages
from genius_gateway.conversations.terms import term_ids
from genius_gateway.conversations.tree import Node, Tree
from genius_gateway.runs.incoming import documents_in
from genius_gateway.runs.sealing import Owner, Sealer
from genius_gateway.runs.tables import runs

SEALED_FIELDS = ("title", "folder")
# Also what messages from before a key of the content have for it.
_NO_CONTENT: dict[str, Any] = {"text": "", "citations": [], "unsupported": []}


def _place(field: str, conversation: UUID) -> str:
    return f"conversations/{field}/{conversation}"


def row_values(row: sa.Row[Any]) -> dict[str, Any]:
    return dict(zip(row._fields, row, strict=True))


class ConversationRepository:
    """SQL of conversations, with sealing of what is content."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def insert(self, connection: AsyncConnection, owner: Owner, conversation: UUID, **values: Any) -> None:
        sealed = await self._sealed(connection, owner, conversation, values)
        row = {"id": conversation, "authority": owner.authority, "owner": owner.person, **sealed}
        await connection.execute(sa.insert(conversations).values(row))
        await self._title_terms(connection, owner, conversation, values)

    async def update(self, connection: AsyncConnection, owner: Owner, conversation: UUID, **values: Any) -> None:
        sealed = await self._sealed(connection, owner, conversation, values)
        await connection.execute(sa.update(conversations).where(conversations.c.id == conversation).values(sealed))
        await self._title_terms(connection, owner, conversation, values)

    async def raise_class(self, connection: AsyncConnection, conversation: UUID, to: ProtectionClass) -> None:
        """It never falls: with the class of one message every later one is judged."""
        await _raise_class(connection, conversations, conversation, to)

    async def _sealed(
        self, connection: AsyncConnection, owner: Owner, conversation: UUID, values: dict[str, Any]
    ) -> dict[str, Any]:
        sealed = dict(values)
        for field in SEALED_FIELDS:
            if sealed.get(field) is not None:
                place = _place(field, conversation)
                sealed[field] = await self._sealer.seal(connection, owner, sealed[field], place)
        return sealed

    async def _title_terms(
        self, connection: AsyncConnection, owner: Owner, conversation: UUID, values: dict[str, Any]
    ) -> None:
        if "title" in values:
            await self.index(connection, owner, conversation, conversation, values["title"] or "")

    async def get(self, connection: AsyncConnection, conversation: UUID, *, lock: bool = False) -> sa.Row[Any] | None:
        query = sa.select(conversations).where(conversations.c.id == conversation)
        return (await connection.execute(query.with_for_update() if lock else query)).one_or_none()

    async def opened(self, connection: AsyncConnection, rows: list[sa.Row[Any]]) -> list[dict[str, Any]]:
        """The rows as mappings with readable title and folder; null, and `unreadable`, where one does not open."""
        cells = [(row, field) for row in rows for field in SEALED_FIELDS if getattr(row, field) is not None]
        values = await self._sealer.open_each(
            connection, [(getattr(row, field), _place(field, row.id)) for row, field in cells]
        )
        found = {row.id: {**row_values(row), "unreadable": False} for row in rows}
        for (row, field), value in zip(cells, values, strict=True):
            found[row.id][field] = value
            found[row.id]["unreadable"] |= value is None
        return list(found.values())

    async def page(
        self,
        connection: AsyncConnection,
        owner: Owner,
        limit: int,
        after: tuple[bool, dt.datetime, UUID] | None,
        query: str,
        upto: ProtectionClass,
    ) -> list[sa.Row[Any]]:
        """Pinned ones first, then the newest; `limit` + 1 of them, up to a class. All words of `query` must occur."""
        table = conversations.c
        order = sa.tuple_(table.pinned, table.updated_at, table.id)
        select = sa.select(conversations).order_by(table.pinned.desc(), table.updated_at.desc(), table.id.desc())
        select = select.where(table.protection_class.in_(ProtectionClass.up_to(upto)))
        if after:
            select = select.where(order < sa.tuple_(*(sa.literal(value) for value in after)))
        if query.strip():
            terms = term_ids(await self._sealer.search_key(connection, owner), query)
            matching = (
                sa.select(message_terms.c.conversation)
                .where(message_terms.c.term.in_(terms))
                .group_by(message_terms.c.conversation)
                .having(sa.func.count(message_terms.c.term.distinct()) == len(terms))
            )
            select = select.where(table.id.in_(matching))
        return list(await connection.execute(select.limit(limit + 1)))

    async def delete(self, connection: AsyncConnection, conversation: UUID) -> bool:
        """Delete it with its messages, terms, and the runs of its turns with their events."""
        await connection.execute(sa.delete(runs).where(runs.c.conversation == conversation))
        done = await connection.execute(sa.delete(conversations).where(conversations.c.id == conversation))
        return done.rowcount == 1

    async def active_runs(self, connection: AsyncConnection, conversation: UUID) -> list[UUID]:
        query = sa.select(runs.c.id).where(runs.c.conversation == conversation, runs.c.state.in_(("queued", "running")))
        return list((await connection.execute(query)).scalars())

    async def own_files(self, connection: AsyncConnection, conversation: UUID) -> list[UUID]:
        """Files attached in this conversation, and neither in another of the person nor in a case."""
        attached = sa.select(sa.func.unnest(messages.c.files).label("file"))
        here = attached.where(messages.c.conversation == conversation)
        elsewhere = attached.where(messages.c.conversation != conversation)
        in_cases = sa.select(sa.column("file", sa.Uuid)).select_from(sa.table("case_files"))
        return list((await connection.execute(here.except_(elsewhere, in_cases))).scalars())

    async def index(
        self, connection: AsyncConnection, owner: Owner, conversation: UUID, source: UUID, text: str
    ) -> None:
        """Replace the search terms of a message (or of the title)."""
        await connection.execute(sa.delete(message_terms).where(message_terms.c.source == source))
        terms = term_ids(await self._sealer.search_key(connection, owner), text)
        if not terms:
            return
        head = {"authority": owner.authority, "owner": owner.person, "conversation": conversation, "source": source}
        rows = [{**head, "term": term} for term in terms]
        await connection.execute(insert(message_terms).on_conflict_do_nothing(), rows)


class MessageRepository:
    """SQL of messages. Content is `{"text", "citations", "unsupported"}`, sealed as one value."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def tree(self, connection: AsyncConnection, conversation: UUID) -> Tree:
        query = (
            sa.select(messages.c.id, messages.c.parent, messages.c.role)
            .where(messages.c.conversation == conversation)
            .order_by(messages.c.ordinal)
        )
        return Tree(Node(row.id, row.parent, row.role) for row in await connection.execute(query))

    async def insert(
        self, connection: AsyncConnection, owner: Owner, message: UUID, content: dict[str, Any], **values: Any
    ) -> None:
        sealed = await self._sealer.seal(connection, owner, content, _content_place(message))
        own = {"id": message, "authority": owner.authority, "owner": owner.person}
        row = {**own, "content": sealed, "sources": sorted(documents_in(content)), **values}
        await connection.execute(sa.insert(messages).values(row))

    async def update(
        self, connection: AsyncConnection, owner: Owner, message: UUID, content: dict[str, Any], **values: Any
    ) -> UUID | None:
        """Replace the content; answers the conversation, None if the message is gone."""
        sealed = await self._sealer.seal(connection, owner, content, _content_place(message))
        sources = sorted(documents_in(content))
        query = sa.update(messages).where(messages.c.id == message).values(content=sealed, sources=sources, **values)
        found: UUID | None = (await connection.execute(query.returning(messages.c.conversation))).scalar_one_or_none()
        return found

    async def raise_class(self, connection: AsyncConnection, message: UUID, to: ProtectionClass) -> None:
        await _raise_class(connection, messages, message, to)

    async def get(self, connection: AsyncConnection, message: UUID) -> sa.Row[Any] | None:
        return (await connection.execute(sa.select(messages).where(messages.c.id == message))).one_or_none()

    async def opened(self, connection: AsyncConnection, ids: list[UUID]) -> list[dict[str, Any]]:
        """The messages `ids` in this order as mappings, with `text` and `citations` readable; `case_id` of the run.

        One that does not open has neither, and is `unreadable`: its place, and all others, are as they were.
        """
        query = sa.select(messages, runs.c.case_id).outerjoin(runs, runs.c.id == messages.c.run)
        rows = {row.id: row for row in await connection.execute(query.where(messages.c.id.in_(ids)))}
        ordered = [rows[message] for message in ids if message in rows]
        contents = await self._sealer.open_each(connection, [(row.content, _content_place(row.id)) for row in ordered])
        return [
            {**row_values(row), **_NO_CONTENT, **(content or {}), "unreadable": content is None}
            for row, content in zip(ordered, contents, strict=True)
        ]


async def _raise_class(connection: AsyncConnection, table: sa.Table, row: UUID, to: ProtectionClass) -> None:
    below = [item.value for item in ProtectionClass.up_to(to) if item is not to]
    change = sa.update(table).where(table.c.id == row, table.c.protection_class.in_(below))
    await connection.execute(change.values(protection_class=to.value))


def _content_place(message: UUID) -> str:
    return f"messages/content/{message}"
