# SPDX-License-Identifier: EUPL-1.2
"""The authorities of the tenant; `apply` is for operators."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_gateway.audit.chain import AuditRecord, append

_SHORT = r"^[a-z0-9][a-z0-9-]{0,62}$"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    short: str = Field(pattern=_SHORT)
    name: str = Field(min_length=1, max_length=200)


class UnitEntry(_Entry):
    """`short` is its name in groups: /behoerden/<authority>/<short>."""


class AuthorityEntry(_Entry):
    """`short` is its name in groups: /behoerden/<short>; `parent` is the short name of an earlier entry.

    `id` is for one that is new here, so that other systems know the same one; it is never changed afterwards.
    """

    id: UUID | None = None
    kind: Literal["ministry", "agency", "municipality", "court", "other"]
    parent: str | None = None
    units: list[UnitEntry] = []


class AuthorityFile(BaseModel):
    """What `python -m genius_gateway authorities apply FILE` reads (JSON)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    authorities: list[AuthorityEntry]


_UPSERT = text(
    "INSERT INTO authorities (id, short, name, kind, parent) VALUES (:id, :short, :name, :kind,"
    " (SELECT id FROM authorities WHERE short = :parent))"
    " ON CONFLICT (short) DO UPDATE SET name = :name, kind = :kind, parent = excluded.parent, state = 'active'"
    " RETURNING id"
)
_UNIT = text(
    "INSERT INTO units (id, authority, short, name) VALUES (:id, :authority, :short, :name)"
    " ON CONFLICT (authority, short) DO UPDATE SET name = :name"
)
_IDS = text("SELECT id FROM authorities WHERE state <> 'gone' ORDER BY short")


class AuthorityRepository:
    """Authorities are known to everybody in the tenant, and written by operators only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids(self) -> list[UUID]:
        """Every authority, for maintenance that goes through them one by one."""
        async with self._database.transaction(RowScope()) as connection:
            return list((await connection.execute(_IDS)).scalars())

    async def apply(self, wanted: AuthorityFile) -> None:
        """Create or rename what the file names; nothing is removed."""
        async with self._database.transaction(RowScope(tenant_wide=True)) as connection:
            ids = {entry.short: await self._upsert(connection, entry) for entry in wanted.authorities}
            record = AuditRecord(action="authority.apply", authority=None, facts={"authorities": len(ids)})
            await append(connection, [record])
        for entry in wanted.authorities:
            authority = ids[entry.short]
            async with self._database.transaction(RowScope(authority=authority)) as connection:
                for unit in entry.units:
                    values = {"id": uuid4(), "authority": authority, "short": unit.short, "name": unit.name}
                    await connection.execute(_UNIT, values)

    async def _upsert(self, connection: AsyncConnection, entry: AuthorityEntry) -> UUID:
        values = {**entry.model_dump(exclude={"units"}), "id": entry.id or uuid4()}
        identifier: UUID = (await connection.execute(_UPSERT, values)).scalar_one()
        return identifier
