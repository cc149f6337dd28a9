# SPDX-License-Identifier: EUPL-1.2
"""Rows of cases; Aktenzeichen and title are sealed with the owner's key."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import key_id_of
from genius_common.keys import KeyRing
from genius_common.principal import Principal, ProtectionClass

_COLUMNS = "id, owner, reference, title, protection_class, state, created_at, updated_at, retention_until"
_LIST = text(f"SELECT {_COLUMNS} FROM cases WHERE owner = :owner ORDER BY updated_at DESC, id LIMIT 500")  # noqa: S608
_ONE = text(f"SELECT {_COLUMNS} FROM cases WHERE id = :id")  # noqa: S608 constants only
_INSERT = text(
    "INSERT INTO cases (id, authority, owner, reference, title, protection_class, retention_until)"
    " VALUES (:id, :authority, :owner, :reference, :title, :protection_class, :retention_until)"
)
_UPDATE = text(
    "UPDATE cases SET reference = :reference, title = :title, state = :state, retention_until = :retention_until,"
    " updated_at = now() WHERE id = :id"
)
_DELETE = text("DELETE FROM cases WHERE id = :id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`reference` is the Aktenzeichen."""

    id: UUID
    owner: UUID
    reference: str
    title: str | None
    protection_class: ProtectionClass
    state: str
    created_at: dt.datetime
    updated_at: dt.datetime
    retention_until: dt.datetime | None


class CaseRepository:
    """All calls work on the connection of a transaction in the owner's row scope."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def all(self, connection: AsyncConnection, principal: Principal) -> list[Case]:
        rows = (await connection.execute(_LIST, {"owner": principal.subject})).all()
        return [await self._read(connection, row) for row in rows]

    async def get(self, connection: AsyncConnection, principal: Principal, identifier: UUID) -> Case | None:
        row = (await connection.execute(_ONE, {"id": identifier})).one_or_none()
        return await self._read(connection, row) if row is not None and row.owner == principal.subject else None

    async def insert(
        self,
        connection: AsyncConnection,
        principal: Principal,
        *,
        reference: str,
        title: str | None,
        protection_class: ProtectionClass,
        retention_until: dt.datetime | None,
    ) -> UUID:
        identifier = uuid4()
        values = {
            "id": identifier,
            "authority": principal.authority,
            "owner": principal.subject,
            "protection_class": protection_class.value,
            "retention_until": retention_until,
        }
        sealed = await self._sealed(connection, principal, identifier, reference, title)
        await connection.execute(_INSERT, {**values, **sealed})
        return identifier

    async def update(self, connection: AsyncConnection, principal: Principal, case: Case) -> None:
        sealed = await self._sealed(connection, principal, case.id, case.reference, case.title)
        values = {"id": case.id, "state": case.state, "retention_until": case.retention_until}
        await connection.execute(_UPDATE, {**values, **sealed})

    async def delete(self, connection: AsyncConnection, identifier: UUID) -> None:
        await connection.execute(_DELETE, {"id": identifier})

    async def _sealed(
        self, connection: AsyncConnection, principal: Principal, identifier: UUID, reference: str, title: str | None
    ) -> dict[str, bytes | None]:
        assert principal.authority is not None
        key = await self._keys.person_key(connection, principal.authority, principal.subject)
        return {
            "reference": key.seal(reference.encode(), _place("reference", identifier)),
            "title": key.seal(title.encode(), _place("title", identifier)) if title is not None else None,
        }

    async def _read(self, connection: AsyncConnection, row: Any) -> Case:
        key = await self._keys.by_id(connection, key_id_of(row.reference))
        title = key.open(row.title, _place("title", row.id)).decode() if row.title is not None else None
        return Case(
            id=row.id,
            owner=row.owner,
            reference=key.open(row.reference, _place("reference", row.id)).decode(),
            title=title,
            protection_class=ProtectionClass(row.protection_class),
            state=row.state,
            created_at=row.created_at,
            updated_at=row.updated_at,
            retention_until=row.retention_until,
        )


def _place(column: str, identifier: UUID) -> str:
    return f"cases/{column}/{identifier}"
