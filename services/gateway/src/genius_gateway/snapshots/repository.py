# SPDX-License-Identifier: EUPL-1.2
"""Rows of snapshots. Head and content are sealed with the owner's key, each bound to its row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_gateway.runs.sealing import Owner, Sealer

_COLUMNS = "id, owner, conversation, head, messages, shows_answers, protection_class, created_at, expires_at"
_ALIVE = "expires_at > now()"
_AFTER = "(CAST(:at AS timestamptz) IS NULL OR (created_at, id) < (CAST(:at AS timestamptz), CAST(:id AS uuid)))"
_WHOSE = "(CAST(:mine AS boolean) IS NULL OR (owner = :person) = :mine)"
_OF = "(CAST(:conversation AS uuid) IS NULL OR conversation = :conversation)"
_PAGE = text(
    f"SELECT {_COLUMNS} FROM snapshots WHERE {_ALIVE} AND {_WHOSE} AND {_OF} AND {_AFTER}"  # noqa: S608 constants only
    " ORDER BY created_at DESC, id DESC LIMIT :limit"
)
_ONE = text(f"SELECT {_COLUMNS}, content FROM snapshots WHERE id = :id AND {_ALIVE}")  # noqa: S608 constants only
_INSERT = text(
    "INSERT INTO snapshots (id, authority, owner, conversation, head, content, messages, shows_answers,"
    " protection_class, expires_at) VALUES (:id, :authority, :owner, :conversation, :head, :content, :messages,"
    " :shows_answers, :protection_class, :expires_at)"
)
_DELETE = text("DELETE FROM snapshots WHERE id = :id")
_EXPIRE = text("UPDATE snapshots SET expires_at = now() WHERE id = :id")


class SnapshotRepository:
    """All calls work on the connection of a transaction; what opens or seals needs the owner's row scope."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def insert(
        self,
        connection: AsyncConnection,
        owner: Owner,
        identifier: UUID,
        head: dict[str, Any],
        messages: Sequence[dict[str, Any]],
        **values: Any,
    ) -> None:
        sealed = {
            "head": await self._sealer.seal(connection, owner, head, _place("head", identifier)),
            "content": await self._sealer.seal(connection, owner, list(messages), _place("content", identifier)),
        }
        row = {"id": identifier, "authority": owner.authority, "owner": owner.person, "messages": len(messages)}
        await connection.execute(_INSERT, {**row, **sealed, **values})

    async def page(
        self,
        connection: AsyncConnection,
        person: UUID,
        limit: int,
        *,
        mine: bool | None = None,
        conversation: UUID | None = None,
        after: tuple[dt.datetime, UUID] | None = None,
    ) -> Sequence[Any]:
        """The newest that row-level security shows and that have not ended; `mine` False = only those of others."""
        at, identifier = after or (None, None)
        values = {"mine": mine, "person": person, "conversation": conversation, "at": at, "id": identifier}
        return (await connection.execute(_PAGE, {**values, "limit": limit})).all()

    async def row(self, connection: AsyncConnection, identifier: UUID) -> Any | None:
        return (await connection.execute(_ONE, {"id": identifier})).one_or_none()

    async def head(self, connection: AsyncConnection, row: Any) -> dict[str, Any]:
        """`{"title", "shared_by"}`."""
        found: dict[str, Any] = await self._sealer.open(connection, row.head, _place("head", row.id))
        return found

    async def content(self, connection: AsyncConnection, row: Any) -> list[dict[str, Any]]:
        """The frozen messages, see `snapshots/freezing.py`."""
        found: list[dict[str, Any]] = await self._sealer.open(connection, row.content, _place("content", row.id))
        return found

    async def delete(self, connection: AsyncConnection, identifier: UUID) -> None:
        """With its grants."""
        await connection.execute(_DELETE, {"id": identifier})

    async def expire(self, connection: AsyncConnection, identifier: UUID) -> None:
        """From now on nobody reads it; the row stays for a hold."""
        await connection.execute(_EXPIRE, {"id": identifier})


def _place(column: str, identifier: UUID) -> str:
    return f"snapshots/{column}/{identifier}"
