# SPDX-License-Identifier: EUPL-1.2
"""Keys replaced while the services go on: all wrapped anew, a content key succeeded, an authority's keys destroyed.

Nothing here needs an end to be whole: each row is under the older or the newer key at any time, both open, and a second
run goes on where the first was killed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import ContentKey, unwrap, wrap
from genius_common.database import Database, RowScope
from genius_common.keys import ROTATION_LOCK, KeyRing
from genius_common.keys_encryption import KeyEncryption

_BATCH = 100
_ALL_KEYS = RowScope(wide="keys")
# Whoever made a key with the older version has committed by then, and whoever begins later asks for the newer one.
_BARRIER = sa.text(f"SELECT pg_advisory_xact_lock({ROTATION_LOCK})")


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many were wrapped anew; `left` are under another version still (0 unless somebody rotates meanwhile)."""

    done: int
    left: int


@dataclass(frozen=True, slots=True)
class KeyLine:
    """What a list of keys says of one. `wrapped_by` names a version of the key-encryption key, or a key."""

    id: UUID
    scope: str
    authority: UUID | None
    person: UUID | None
    purpose: str
    state: str
    created_at: dt.datetime
    wrapped_by: UUID


async def rewrap_all(database: Database, table: sa.Table, encryption: KeyEncryption) -> Rewrapped:
    """Wrap the keys of the tenant and of all authorities with the current version; persons' hang on those.

    Raises: KeyServiceUnavailable, Undecryptable (then the rest is as it was).
    """
    keys = table.c
    async with database.transaction(_ALL_KEYS) as connection:
        await connection.execute(_BARRIER)
    current = await encryption.current()
    older = (keys.person.is_(None), keys.state != "destroyed", keys.wrapped_by != current)
    done, after = 0, UUID(int=0)
    while True:
        async with database.transaction(_ALL_KEYS) as connection:
            page = sa.select(table).where(*older, keys.id > after).order_by(keys.id).limit(_BATCH)
            rows = (await connection.execute(page)).all()
            for row in rows:
                fresh = await encryption.rewrap(row.wrapped, row.wrapped_by, row.id)
                change = sa.update(table).where(keys.id == row.id, keys.wrapped == row.wrapped)
                change = change.values(wrapped=fresh.value, wrapped_by=fresh.by)
                done += (await connection.execute(change)).rowcount
        if len(rows) < _BATCH:
            break
        after = rows[-1].id
    async with database.transaction(_ALL_KEYS) as connection:
        left = (await connection.execute(sa.select(sa.func.count()).where(*older))).scalar_one()
    return Rewrapped(done, left)


class KeyMaintenance:
    """Every call works in a transaction of `RowScope(authority=…, wide="whole")`."""

    def __init__(self, ring: KeyRing, table: sa.Table) -> None:
        self._ring = ring
        self._table = table

    async def lines(self, connection: AsyncConnection, authority: UUID | None) -> list[KeyLine]:
        """All keys of an authority, or (in the scope `keys`, None) those of the tenant and of all authorities."""
        keys = self._table.c
        query = sa.select(
            keys.id, keys.scope, keys.authority, keys.person, keys.purpose, keys.state, keys.created_at, keys.wrapped_by
        ).order_by(keys.authority.nulls_first(), keys.scope, keys.created_at, keys.id)
        if authority is not None:
            query = query.where(keys.authority == authority)
        return [KeyLine(*row) for row in await connection.execute(query)]

    async def succeed(self, connection: AsyncConnection, authority: UUID, person: UUID | None) -> ContentKey:
        """New content is sealed with a new key from this commit on; what is there stays readable.

        The keys of persons that hang on an authority's older key are wrapped with its new one.
        """
        keys = self._table.c
        retire = sa.update(self._table).where(
            keys.authority == authority,
            keys.person.is_not_distinct_from(person),
            keys.purpose == "content",
            keys.state == "active",
        )
        await connection.execute(retire.values(state="retired"))
        self._ring.forget()
        if person is not None:
            return await self._ring.person_key(connection, authority, person)
        fresh = await self._ring.authority_key(connection, authority)
        await self.adopt(connection, authority)
        return fresh

    async def adopt(self, connection: AsyncConnection, authority: UUID) -> int:
        """Wrap persons' keys with their authority's active key; answers how many hung on an older one."""
        keys, fresh = self._table.c, await self._ring.authority_key(connection, authority)
        hanging = sa.select(self._table).where(
            keys.authority == authority,
            keys.scope == "person",
            keys.state != "destroyed",
            keys.wrapped_by != fresh.id,
        )
        rows = (await connection.execute(hanging)).all()
        for row in rows:
            parent = await self._ring.by_id(connection, row.wrapped_by)
            wrapped = wrap(fresh.secret, unwrap(parent.secret, row.wrapped, row.id), row.id)
            change = sa.update(self._table).where(keys.id == row.id, keys.wrapped == row.wrapped)
            await connection.execute(change.values(wrapped=wrapped, wrapped_by=fresh.id))
        return len(rows)

    async def successors(self, connection: AsyncConnection, authority: UUID) -> dict[UUID, ContentKey]:
        """Retired content key → the key that has followed it, for what is sealed anew."""
        found: dict[UUID, ContentKey] = {}
        for line in await self.lines(connection, authority):
            if line.state != "retired" or line.purpose != "content":
                continue
            if line.person is None:
                found[line.id] = await self._ring.authority_key(connection, authority)
            else:
                found[line.id] = await self._ring.person_key(connection, authority, line.person)
        return found

    async def destroy(self, connection: AsyncConnection, authority: UUID, person: UUID | None = None) -> list[UUID]:
        """Erase all keys of an authority with those of its persons, or one person's there; answers which.

        Whatever they protect can't be read any more from this commit on. Again is no change.
        """
        keys = self._table.c
        living = (keys.authority == authority, keys.state != "destroyed")
        only = living if person is None else (*living, keys.person == person)
        change = sa.update(self._table).where(*only).values(state="destroyed", wrapped=b"").returning(keys.id)
        gone = list((await connection.execute(change)).scalars())
        self._ring.forget()
        return sorted(gone)
