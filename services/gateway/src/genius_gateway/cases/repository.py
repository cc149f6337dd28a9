# SPDX-License-Identifier: EUPL-1.2
"""Rows of cases; Aktenzeichen and title are sealed with the owner's key, so they are opened in the owner's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import key_id_of
from genius_common.keys import KeyRing
from genius_common.principal import ProtectionClass
from genius_common.unreadable import open_each
from genius_gateway.cases.model import Case
from genius_gateway.runs.sealing import Owner

__all__ = ["Case", "CaseRepository"]

_COLUMNS = "id, owner, reference, title, protection_class, state, created_at, updated_at, retention_until"
_LIST = text(f"SELECT {_COLUMNS} FROM cases ORDER BY updated_at DESC, id LIMIT 500")  # noqa: S608 constants only
_ONE = text(f"SELECT {_COLUMNS} FROM cases WHERE id = :id")  # noqa: S608 constants only
_INSERT = text(
    "INSERT INTO cases (id, authority, owner, reference, title, protection_class, retention_until)"
    " VALUES (:id, :authority, :owner, :reference, :title, :protection_class, :retention_until)"
)
_UPDATE = text(
    "UPDATE cases SET owner = :owner, reference = :reference, title = :title, state = :state,"
    " retention_until = :retention_until, updated_at = now() WHERE id = :id"
)


class CaseRepository:
    """All calls work on the connection of a transaction. What opens or seals needs the row scope of the owner."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def rows(self, connection: AsyncConnection) -> Sequence[Any]:
        """Every case that row-level security shows, newest first: own ones, and those with a grant."""
        return (await connection.execute(_LIST)).all()

    async def row(self, connection: AsyncConnection, identifier: UUID) -> Any | None:
        return (await connection.execute(_ONE, {"id": identifier})).one_or_none()

    async def insert(
        self,
        connection: AsyncConnection,
        owner: Owner,
        *,
        reference: str,
        title: str | None,
        protection_class: ProtectionClass,
        retention_until: dt.datetime | None,
    ) -> UUID:
        identifier = uuid4()
        values = {
            "id": identifier,
            "authority": owner.authority,
            "owner": owner.person,
            "protection_class": protection_class.value,
            "retention_until": retention_until,
        }
        sealed = await self.sealed(connection, owner, identifier, reference, title)
        await connection.execute(_INSERT, {**values, **sealed})
        return identifier

    async def update(self, connection: AsyncConnection, case: Case, sealed: dict[str, bytes | None]) -> None:
        """`sealed` is made for the owner that `case` names, who may be a new one."""
        values = {"id": case.id, "owner": case.owner, "state": case.state, "retention_until": case.retention_until}
        await connection.execute(_UPDATE, {**values, **sealed})

    async def sealed(
        self, connection: AsyncConnection, owner: Owner, identifier: UUID, reference: str, title: str | None
    ) -> dict[str, bytes | None]:
        key = await self._keys.person_key(connection, owner.authority, owner.person)
        return {
            "reference": key.seal(reference.encode(), _place("reference", identifier)),
            "title": key.seal(title.encode(), _place("title", identifier)) if title is not None else None,
        }

    async def opened(self, connection: AsyncConnection, row: Any) -> Case:
        key = await self._keys.by_id(connection, key_id_of(row.reference))
        title = key.open(row.title, _place("title", row.id)).decode() if row.title is not None else None
        return _case(row, key.open(row.reference, _place("reference", row.id)).decode(), title)

    async def listed(self, connection: AsyncConnection, row: Any) -> Case:
        """As `opened`; a case of which something does not open stays in the list as `unreadable`."""
        sealed = [(row.reference, _place("reference", row.id)), (row.title, _place("title", row.id))]
        reference, title = await open_each(self._keys, connection, sealed)
        unreadable = reference is None or (title is None and row.title is not None)
        return _case(
            row, (reference or b"").decode(), title.decode() if title is not None else None, unreadable=unreadable
        )


def _case(row: Any, reference: str, title: str | None, *, unreadable: bool = False) -> Case:
    return Case(
        id=row.id,
        owner=row.owner,
        reference=reference,
        title=title,
        protection_class=ProtectionClass(row.protection_class),
        state=row.state,
        created_at=row.created_at,
        updated_at=row.updated_at,
        retention_until=row.retention_until,
        unreadable=unreadable,
    )


def _place(column: str, identifier: UUID) -> str:
    return f"cases/{column}/{identifier}"
