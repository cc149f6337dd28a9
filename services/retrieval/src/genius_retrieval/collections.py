# SPDX-License-Identifier: EUPL-1.2
"""The catalogue of collections: one per authority, one per tenant-wide knowledge base (design: layer 3 and 4).

A collection's search key is loaded only in a transaction whose rows include it, after the access decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import ContentKey, KeyBundle, key_id_of, new_secret
from genius_common.database_reads import Statement
from genius_common.keys import KeyRing
from genius_retrieval.tables import collections, keys, knowledge_bases

_LIVING_KEYS = (
    sa.select(sa.func.array_agg(aggregate_order_by(keys.c.id, keys.c.state, keys.c.id)))
    .where(
        keys.c.authority.is_not_distinct_from(collections.c.authority),
        keys.c.person.is_(None),
        keys.c.purpose == "content",
        keys.c.state != "destroyed",
    )
    .correlate(collections)
    .scalar_subquery()
    .label("living_keys")
)
"""Content keys of the collection's owner, the active one first ('active' < 'retired')."""

_ANY: sa.BindParameter[Any] = sa.bindparam("ids", type_=ARRAY(sa.Uuid))
_OF_BASES = sa.and_(
    collections.c.state == "active",
    sa.or_(
        collections.c.knowledge_base == sa.any_(_ANY),
        collections.c.authority == sa.bindparam("own", type_=sa.Uuid),
        collections.c.authority.in_(
            sa.select(knowledge_bases.c.authority).where(knowledge_bases.c.id == sa.any_(_ANY))
        ),
    ),
)
OF_BASES = Statement(sa.select(collections).where(_OF_BASES))
"""The collections that hold the knowledge bases `ids`, and the one of the authority `own`."""
KEYS_OF_BASES = Statement(
    sa.select(keys)
    .where(
        keys.c.person.is_(None),
        keys.c.purpose == "content",
        keys.c.state != "destroyed",
        sa.exists().where(keys.c.authority.is_not_distinct_from(collections.c.authority), _OF_BASES),
    )
    .order_by(keys.c.state, keys.c.id)
)
"""The content keys of their owners that open something, of each owner the active one first ('active' < 'retired')."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection with its secrets in memory. `profile` holds what must not change while it is in use."""

    id: UUID
    authority: UUID | None
    knowledge_base: UUID | None
    search_key: bytes
    content_key: ContentKey | KeyBundle
    profile: Mapping[str, Any]

    @property
    def dense_size(self) -> int | None:
        dense = self.profile.get("dense")
        return dense["size"] if dense else None


@dataclass(frozen=True, slots=True)
class Homes:
    """Where points of an owner's documents go: the collection in use, and the one that is built beside it."""

    active: Collection
    building: Collection | None = None

    @property
    def all(self) -> tuple[Collection, ...]:
        return (self.active, self.building) if self.building else (self.active,)


class CollectionCatalogue:
    """Finds and creates collections. `profile` is stored with each new one (vocabulary, k, b, stemmer …)."""

    def __init__(self, keys: KeyRing, profile: Mapping[str, Any]) -> None:
        self._keys = keys
        self._profile = dict(profile)

    def is_current(self, profile: Mapping[str, Any]) -> bool:
        """Whether terms made now may meet those of a collection with this profile."""
        return dict(profile) == self._profile

    async def find(
        self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None
    ) -> Collection | None:
        """The collection in use for documents of `authority`, or of the tenant-wide `knowledge_base`."""
        return await self._find(connection, authority, knowledge_base, "active")

    async def building(
        self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None
    ) -> Collection | None:
        """The one that is being built beside it (REL-11)."""
        return await self._find(connection, authority, knowledge_base, "building")

    async def ids(
        self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None
    ) -> Sequence[UUID]:
        """All collections of an owner, also those in the making and those that go."""
        query = sa.select(collections.c.id).where(*owned(authority, knowledge_base))
        return (await connection.execute(query)).scalars().all()

    async def ids_by_state(
        self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None
    ) -> dict[str, UUID]:
        """The ids now `active` and `building`."""
        query = sa.select(collections.c.state, collections.c.id).where(
            *owned(authority, knowledge_base), collections.c.state != "retired"
        )
        return {row.state: row.id for row in await connection.execute(query)}

    async def homes(self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None) -> Homes:
        """Where points of a document are to be written now; `held` tells later whether that still holds."""
        active = await self.ensure(connection, authority, knowledge_base)
        return Homes(active, await self.building(connection, authority, knowledge_base))

    async def held(
        self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None
    ) -> dict[str, UUID]:
        """The ids now `active` and `building`, which no switch changes until this transaction ends."""
        query = sa.select(collections.c.state, collections.c.id).where(
            *owned(authority, knowledge_base), collections.c.state != "retired"
        )
        rows = await connection.execute(query.order_by(collections.c.id).with_for_update(read=True))
        return {row.state: row.id for row in rows}

    async def _find(
        self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None, state: str
    ) -> Collection | None:
        query = sa.select(collections, _LIVING_KEYS).where(
            *owned(authority, knowledge_base), collections.c.state == state
        )
        row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        key = await self._keys.by_id(connection, key_id_of(row.search_key))
        secret = key.open(row.search_key, search_key_place(row.id))
        living = [key if one == key.id else await self._keys.by_id(connection, one) for one in row.living_keys]
        return Collection(row.id, row.authority, row.knowledge_base, secret, _together(living), row.profile)

    async def opened(self, row: Any, key_rows: Sequence[Any]) -> Collection:
        """The same as `find`, of rows that `OF_BASES` and `KEYS_OF_BASES` have just answered in one transaction."""
        own = [one for one in key_rows if one.authority == row.authority]
        key = await self._keys.of_owner(own, key_id_of(row.search_key))
        secret = key.open(row.search_key, search_key_place(row.id))
        living = [await self._keys.of_owner(own, one.id) for one in own]
        return Collection(row.id, row.authority, row.knowledge_base, secret, _together(living), row.profile)

    async def with_files_of(self, connection: AsyncConnection, collection: Collection, person: UUID) -> Collection:
        """The same, and it opens the payloads of the person's files, which the person's own key has sealed."""
        if collection.authority is None:
            return collection
        own, key = await self._keys.keys_of(connection, collection.authority, person), collection.content_key
        both = KeyBundle(key.first, {**key.own, **own}) if isinstance(key, KeyBundle) else KeyBundle(key, own)
        return replace(collection, content_key=both)

    async def ensure(
        self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None
    ) -> Collection:
        """The same, made where it is missing; a tenant-wide one needs a tenant-wide row scope."""
        if found := await self.find(connection, authority, knowledge_base):
            return found
        return await self._make(connection, authority, knowledge_base, "active")

    async def begin(
        self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None
    ) -> Collection:
        """A collection to be built beside the one in use, with a search key of its own and the profile of now."""
        return await self._make(connection, authority, knowledge_base, "building")

    async def _make(
        self, connection: AsyncConnection, authority: UUID | None, knowledge_base: UUID | None, state: str
    ) -> Collection:
        key = await (
            self._keys.authority_key(connection, authority) if authority else self._keys.tenant_key(connection)
        )
        identifier = uuid4()
        await connection.execute(
            insert(collections)
            .values(
                id=identifier,
                authority=authority,
                knowledge_base=None if authority else knowledge_base,
                state=state,
                search_key=key.seal(new_secret(), search_key_place(identifier)),
                profile=self._profile,
            )
            .on_conflict_do_nothing()
        )
        found = await self._find(connection, authority, knowledge_base, state)
        assert found, "the row was inserted or already there"
        return found


def _together(living: Sequence[ContentKey]) -> ContentKey | KeyBundle:
    """After a rotation points are under the older key and the newer one, which seals."""
    return living[0] if len(living) == 1 else KeyBundle(living[0], {one.id: one for one in living})


def owned(authority: UUID | None, knowledge_base: UUID | None) -> tuple[sa.ColumnElement[bool], ...]:
    """Which rows of the catalogue are an owner's."""
    return (
        collections.c.authority.is_not_distinct_from(authority),
        collections.c.knowledge_base.is_not_distinct_from(None if authority else knowledge_base),
    )


def search_key_place(identifier: UUID) -> str:
    """Where a search key lies, which its ciphertext is bound to."""
    return f"collections/search_key/{identifier}"
