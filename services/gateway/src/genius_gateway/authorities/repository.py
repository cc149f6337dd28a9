# SPDX-License-Identifier: EUPL-1.2
"""The authorities of the tenant; `apply` is for operators."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.authorities.errors import AuthorityGone, AuthorityUnknown

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityLine:
    """`parent` is a short name."""

    id: UUID
    short: str
    name: str
    kind: str
    parent: str | None
    state: Literal["active", "leaving", "gone"]
    created_at: dt.datetime


_UPSERT = text(
    "INSERT INTO authorities (id, short, name, kind, parent) VALUES (:id, :short, :name, :kind,"
    " (SELECT id FROM authorities WHERE short = :parent AND state = 'active'))"
    " ON CONFLICT (short) DO UPDATE SET name = :name, kind = :kind, parent = excluded.parent"
    " WHERE authorities.state = 'active' RETURNING id"
)
_LIST = text(
    "SELECT a.id, a.short, a.name, a.kind, a.state, a.created_at, p.short AS parent FROM authorities a"
    " LEFT JOIN authorities p ON p.id = a.parent ORDER BY a.short"
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

    async def all(self) -> list[AuthorityLine]:
        """Those that are gone too: their short names stay taken."""
        async with self._database.transaction(RowScope()) as connection:
            return [AuthorityLine(**row) for row in (await connection.execute(_LIST)).mappings()]

    async def find(self, short: str) -> AuthorityLine:
        """Raises: AuthorityUnknown."""
        for line in await self.all():
            if line.short == short:
                return line
        raise AuthorityUnknown

    async def add(self, entry: AuthorityEntry) -> UUID:
        """Create or rename one; answers its id. Raises: AuthorityUnknown (the parent), AuthorityGone."""
        if entry.parent is not None and (await self.find(entry.parent)).state != "active":
            raise AuthorityGone
        if await self.apply(AuthorityFile(authorities=[entry])):
            raise AuthorityGone
        return (await self.find(entry.short)).id

    async def apply(self, wanted: AuthorityFile) -> list[str]:
        """Create or rename what the file names; nothing is removed.

        Answers the short names of those that leave or are gone and stay as they are.
        """
        async with self._database.transaction(RowScope(tenant_wide=True)) as connection:
            made = {entry.short: await self._upsert(connection, entry) for entry in wanted.authorities}
            ids = {short: identifier for short, identifier in made.items() if identifier is not None}
            record = AuditRecord(action="authority.apply", authority=None, facts={"authorities": len(ids)})
            await append(connection, [record])
        for entry in wanted.authorities:
            if (authority := ids.get(entry.short)) is None:
                continue
            async with self._database.transaction(RowScope(authority=authority)) as connection:
                for unit in entry.units:
                    values = {"id": uuid4(), "authority": authority, "short": unit.short, "name": unit.name}
                    await connection.execute(_UNIT, values)
        return sorted(made.keys() - ids.keys())

    async def _upsert(self, connection: AsyncConnection, entry: AuthorityEntry) -> UUID | None:
        values = {**entry.model_dump(exclude={"units"}), "id": entry.id or uuid4()}
        return (await connection.execute(_UPSERT, values)).scalar_one_or_none()
