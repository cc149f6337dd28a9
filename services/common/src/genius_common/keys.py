# SPDX-License-Identifier: EUPL-1.2
"""The hierarchy of content keys, kept wrapped in a table of each service's own database.

Key-encryption key (from a file or Vault, never in the database) → key of the tenant and of each authority → key of
each person in an authority. Rotating the key-encryption key only re-wraps; a destroyed key deletes what it protects.
The table's row-level security: the tenant's keys are readable by all and written with `genius.scope = 'tenant'`, an
authority's only within it, a person's only by that person. `keys_rotation` replaces keys.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import ContentKey, Undecryptable, new_secret, unwrap, wrap
from genius_common.errors import NotFound
from genius_common.keys_encryption import KeyEncryption, Wrapped

Purpose = Literal["content", "search", "audit"]

# Without a setting both are NULL, and a comparison with NULL admits no row.
CURRENT_AUTHORITY = "nullif(current_setting('genius.authority', true), '')::uuid"
CURRENT_PERSON = "nullif(current_setting('genius.person', true), '')::uuid"
TENANT_SCOPE = "current_setting('genius.scope', true) = 'tenant'"

_VISIBLE = f"authority IS NULL OR (authority = {CURRENT_AUTHORITY} AND (person IS NULL OR person = {CURRENT_PERSON}))"
_WRITABLE = (
    f"(authority IS NULL AND {TENANT_SCOPE}) OR"
    f" (authority = {CURRENT_AUTHORITY} AND (person IS NULL OR person = {CURRENT_PERSON}))"
)
KEYS_ROW_SECURITY: Sequence[str] = (
    "ALTER TABLE keys ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE keys FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY keys_read ON keys FOR SELECT USING ({_VISIBLE})",
    f"CREATE POLICY keys_insert ON keys FOR INSERT WITH CHECK ({_WRITABLE})",
    f"CREATE POLICY keys_update ON keys FOR UPDATE USING ({_WRITABLE}) WITH CHECK ({_WRITABLE})",
    f"CREATE POLICY keys_delete ON keys FOR DELETE USING ({_WRITABLE})",
)
"""Statements for the migration that creates the table, one by one."""

# One key-encryption key is used by everything that makes keys; a rotation takes the lock alone (`keys_rotation`).
ROTATION_LOCK = 0x67656E6975736B31
_CREATING = sa.text(f"SELECT pg_advisory_xact_lock_shared({ROTATION_LOCK})")
K = TypeVar("K")
_CACHE_SECONDS = 60.0
_CACHE_LIMIT = 4096


def keys_table(metadata: sa.MetaData) -> sa.Table:
    """Define the table `keys` in a service's metadata; the first migration creates it with `KEYS_ROW_SECURITY`."""
    return sa.Table(
        "keys",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("scope", sa.Text, sa.CheckConstraint("scope IN ('tenant', 'authority', 'person')"), nullable=False),
        sa.Column("authority", sa.Uuid),
        sa.Column("person", sa.Uuid),
        sa.Column("purpose", sa.Text, sa.CheckConstraint("purpose IN ('content', 'search', 'audit')"), nullable=False),
        sa.Column("wrapped", postgresql.BYTEA, comment="the secret under `wrapped_by`; empty once destroyed"),
        sa.Column("wrapped_by", sa.Uuid, nullable=False, comment="a row of this table, or the key-encryption key"),
        sa.Column(
            "state",
            sa.Text,
            sa.CheckConstraint("state IN ('active', 'retired', 'destroyed')"),
            nullable=False,
            server_default="active",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("(scope = 'tenant') = (authority IS NULL)", name="keys_authority"),
        sa.CheckConstraint("(scope = 'person') = (person IS NOT NULL)", name="keys_person"),
        sa.Index(
            "keys_active",
            "authority",
            "person",
            "purpose",
            unique=True,
            postgresql_where=sa.text("state = 'active'"),
            postgresql_nulls_not_distinct=True,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Owner:
    authority: UUID | None
    person: UUID | None
    purpose: Purpose

    @property
    def scope(self) -> str:
        if self.authority is None:
            return "tenant"
        return "authority" if self.person is None else "person"


class KeyRing:
    """Data keys of one service's database, created when first needed and unwrapped in memory for a minute.

    What is in memory is used only while its row is visible and active, which is asked each time.

    Every call takes the connection of a `Database.transaction`, whose row scope decides which keys it may touch. A key
    made in a transaction lives and dies with it, so it is not remembered before it was read in a later one.
    """

    def __init__(self, encryption: KeyEncryption, table: sa.Table) -> None:
        self._encryption = encryption
        self._table = table
        self._by_owner: dict[_Owner, tuple[float, ContentKey]] = {}
        self._by_id: dict[tuple[UUID, UUID | None, UUID | None], tuple[float, ContentKey]] = {}

    @property
    def encryption(self) -> KeyEncryption:
        """The key-encryption key, for commands that wrap everything anew."""
        return self._encryption

    async def tenant_key(self, connection: AsyncConnection, purpose: Purpose = "content") -> ContentKey:
        """The key of tenant-wide content; creating it needs `RowScope(tenant_wide=True)`."""
        return await self._get(connection, _Owner(None, None, purpose))

    async def authority_key(
        self, connection: AsyncConnection, authority: UUID, purpose: Purpose = "content"
    ) -> ContentKey:
        return await self._get(connection, _Owner(authority, None, purpose))

    async def person_key(
        self, connection: AsyncConnection, authority: UUID, person: UUID, purpose: Purpose = "content"
    ) -> ContentKey:
        """The key of one person's objects in one authority, wrapped by the authority's."""
        return await self._get(connection, _Owner(authority, person, purpose))

    async def by_id(self, connection: AsyncConnection, key: UUID) -> ContentKey:
        """The key that a ciphertext names (`crypto.key_id_of`), also a retired one; else `Undecryptable`.

        Row-level security is asked each time: a cached secret is used only where the row is visible now.
        """
        row = (await connection.execute(sa.select(self._table).where(self._table.c.id == key))).one_or_none()
        return await self._of_row(connection, row)

    async def of_owner(self, rows: Sequence[Any], key: UUID) -> ContentKey:
        """The same among `rows` of the table, which were just read under row-level security; no person's key."""
        return await self._of_row(None, next((row for row in rows if row.id == key and row.person is None), None))

    async def _of_row(self, connection: AsyncConnection | None, row: Any) -> ContentKey:
        """`connection` is asked for the key that a person's hangs on."""
        if row is None or row.state == "destroyed":
            raise Undecryptable
        place = (row.id, row.authority, row.person)
        if (cached := self._by_id.get(place)) and cached[0] > time.monotonic():
            return cached[1]
        opened = await self._open(connection, row)
        _remember(self._by_id, place, opened)
        return opened

    async def keys_of(self, connection: AsyncConnection, authority: UUID, person: UUID) -> dict[UUID, ContentKey]:
        """All content keys of a person in an authority that still open something, also retired ones, by id."""
        keys = self._table.c
        query = sa.select(keys.id).where(
            keys.authority == authority, keys.person == person, keys.purpose == "content", keys.state != "destroyed"
        )
        found = (await connection.execute(query)).scalars().all()
        return {identifier: await self.by_id(connection, identifier) for identifier in found}

    async def destroy(self, connection: AsyncConnection, key: UUID) -> None:
        """Erase a key: whatever it protects can't be read any more, by no process that asks this database.

        `NotFound` where the row scope admits no such key: erasing must never seem done when it is not.
        """
        gone = sa.update(self._table).where(self._table.c.id == key).values(state="destroyed", wrapped=b"")
        if (await connection.execute(gone)).rowcount != 1:
            raise NotFound
        self.forget()

    def forget(self) -> None:
        """Drop every secret from memory."""
        self._by_owner.clear()
        self._by_id.clear()

    async def _get(self, connection: AsyncConnection, owner: _Owner) -> ContentKey:
        if (cached := self._by_owner.get(owner)) and cached[0] > time.monotonic():
            # Nothing is sealed with a key that another process has destroyed or retired since.
            if await self._is_active(connection, cached[1].id):
                return cached[1]
            del self._by_owner[owner]
        row = await self._active(connection, owner)
        if row is None:
            await self._create(connection, owner)
            row = await self._active(connection, owner)
        if row is None:
            raise Undecryptable
        key = await self._open(connection, row)
        if not row.created_here:
            _remember(self._by_owner, owner, key)
        return key

    async def _is_active(self, connection: AsyncConnection, key: UUID) -> bool:
        query = sa.select(self._table.c.id).where(self._table.c.id == key, self._table.c.state == "active")
        return (await connection.execute(query)).first() is not None

    async def _active(self, connection: AsyncConnection, owner: _Owner) -> sa.Row[Any] | None:
        keys = self._table.c
        # `created_at` is the start of the creating transaction: equal to ours = not yet committed.
        query = sa.select(self._table, (keys.created_at == sa.func.now()).label("created_here")).where(
            keys.authority.is_not_distinct_from(owner.authority),
            keys.person.is_not_distinct_from(owner.person),
            keys.purpose == owner.purpose,
            keys.state == "active",
        )
        return (await connection.execute(query)).one_or_none()

    async def _create(self, connection: AsyncConnection, owner: _Owner) -> None:
        identifier, secret = uuid4(), new_secret()
        if owner.person is not None and owner.authority is not None:
            parent = await self.authority_key(connection, owner.authority)
            wrapped = Wrapped(wrap(parent.secret, secret, identifier), parent.id)
        else:
            # A rotation waits for this transaction before it looks for what the older version has wrapped.
            await connection.execute(_CREATING)
            wrapped = await self._encryption.wrap(secret, identifier)
        await connection.execute(
            insert(self._table)
            .values(
                id=identifier,
                scope=owner.scope,
                authority=owner.authority,
                person=owner.person,
                purpose=owner.purpose,
                wrapped=wrapped.value,
                wrapped_by=wrapped.by,
            )
            .on_conflict_do_nothing()
        )

    async def _open(self, connection: AsyncConnection | None, row: Any) -> ContentKey:
        if row.scope == "person":
            assert connection, "asked for by `by_id` alone"
            # Ends: a person's key hangs on an authority's, and that on the key-encryption key.
            parent = await self.by_id(connection, row.wrapped_by)
            return ContentKey(row.id, unwrap(parent.secret, row.wrapped, row.id))
        return ContentKey(row.id, await self._encryption.unwrap(row.wrapped, row.wrapped_by, row.id))


def _remember(cache: dict[K, tuple[float, ContentKey]], place: K, key: ContentKey) -> None:
    if len(cache) >= _CACHE_LIMIT:
        cache.clear()
    cache[place] = (time.monotonic() + _CACHE_SECONDS, key)
