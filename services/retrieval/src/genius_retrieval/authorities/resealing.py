# SPDX-License-Identifier: EUPL-1.2
"""What retired keys have sealed, sealed anew with their successors: rows, objects, search keys, payloads of points.

Searches and uploads go on meanwhile: a value is replaced as a whole and names its key, and both keys open.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import ContentKey, key_id_of
from genius_common.database import Database, RowScope
from genius_common.keys import KeyRing
from genius_common.keys_rotation import KeyLine, KeyMaintenance
from genius_retrieval.authorities.service import whole
from genius_retrieval.collections import CollectionCatalogue, search_key_place
from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.sealing import name_digest, open_text, seal_text
from genius_retrieval.documents.service import leftovers_of
from genius_retrieval.index.payload import payload_place
from genius_retrieval.index.port import CollectionIndex
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.tables import collections, documents

_PAGE = 200
Pair = tuple[ContentKey, ContentKey]
"""The key that has sealed, and its successor."""


class Resealing:
    """One per process; `run` may be repeated and goes on where it was killed."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStorage,
        index: CollectionIndex,
        ring: KeyRing,
        maintenance: KeyMaintenance,
        catalogue: CollectionCatalogue,
    ) -> None:
        self._database = database
        self._objects = objects
        self._index = index
        self._ring = ring
        self._maintenance = maintenance
        self._catalogue = catalogue

    async def prepare(self, authority: UUID) -> None:
        """Key and collection of an authority that begins, before anybody has uploaded anything."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            await self._catalogue.ensure(connection, authority, None)

    async def lines(self, authority: UUID) -> list[KeyLine]:
        async with self._database.transaction(whole(authority)) as connection:
            return await self._maintenance.lines(connection, authority)

    async def rotate(self, authority: UUID, person: UUID | None) -> UUID:
        """A new content key for what is written from now on; answers its id."""
        async with self._database.transaction(whole(authority)) as connection:
            return (await self._maintenance.succeed(connection, authority, person)).id

    async def run(self, authority: UUID) -> dict[str, int]:
        """How many values of each kind were sealed anew."""
        async with self._database.transaction(whole(authority)) as connection:
            adopted = await self._maintenance.adopt(connection, authority)
            pairs: dict[UUID, Pair] = {}
            for retired, fresh in (await self._maintenance.successors(connection, authority)).items():
                pairs[retired] = (await self._ring.by_id(connection, retired), fresh)
        if not pairs:
            return {"keys": adopted, "rows": 0, "objects": 0, "points": 0}
        done = {"keys": adopted, "rows": 0, "objects": 0, "points": 0}
        after = UUID(int=0)
        while rows := await self._page(authority, after):
            for row in rows:
                done["objects"] += await self._reseal_objects(row, pairs)
            async with self._database.transaction(whole(authority)) as connection:
                done["rows"] += sum([await _reseal_row(connection, row, pairs) for row in rows])
            after = rows[-1].id
        done["points"] = await self._reseal_points(authority, pairs)
        return done

    async def _page(self, authority: UUID, after: UUID) -> Sequence[Row]:
        query = sa.select(documents).where(documents.c.authority == authority, documents.c.id > after)
        # What is being read in is left to the next run: its objects are being written.
        query = query.where(documents.c.state.in_(("ready", "failed")))
        async with self._database.transaction(whole(authority)) as connection:
            return (await connection.execute(query.order_by(documents.c.id).limit(_PAGE))).all()

    async def _reseal_objects(self, row: Row, pairs: Mapping[UUID, Pair]) -> int:
        done = 0
        for identifier in leftovers_of(row).objects:
            if not await self._objects.exists(identifier):
                continue
            sealed = await self._objects.sealed(identifier)
            if pair := pairs.get(key_id_of(sealed)):
                await self._objects.put(identifier, self._objects.open(identifier, sealed, pair[0]), pair[1])
                done += 1
        if done and not await self._exists(row):
            # Deleted meanwhile: nothing of it may come back by us.
            for identifier in leftovers_of(row).objects:
                await self._objects.delete(identifier)
        return done

    async def _exists(self, row: Row) -> bool:
        async with self._database.transaction(whole(row.authority)) as connection:
            return await repository.get(connection, row.id) is not None

    async def _reseal_points(self, authority: UUID, pairs: Mapping[UUID, Pair]) -> int:
        query = sa.select(collections).where(collections.c.authority == authority)
        async with self._database.transaction(whole(authority)) as connection:
            rows = (await connection.execute(query)).all()
            for row in rows:
                if pair := pairs.get(key_id_of(row.search_key)):
                    fresh = _anew(pair, row.search_key, search_key_place(row.id))
                    change = sa.update(collections).where(collections.c.id == row.id)
                    await connection.execute(change.values(search_key=fresh))
        done = 0
        for row in rows:
            collection: UUID = row.id

            def anew(point: UUID, sealed: str, collection: UUID = collection) -> str | None:
                raw = base64.b64decode(sealed)
                pair = pairs.get(key_id_of(raw))
                if pair is None:
                    return None
                return base64.b64encode(_anew(pair, raw, payload_place(point, collection))).decode()

            done += await self._index.reseal(collection, anew)
        return done


async def _reseal_row(connection: AsyncConnection, row: Row, pairs: Mapping[UUID, Pair]) -> bool:
    values: dict[str, Any] = {}
    if pair := pairs.get(key_id_of(row.name)):
        name = open_text(pair[0], row.name, "name", row.id)
        # The digest finds the next version of the same name, under the key that this one has then.
        digest = name_digest(pair[1], name, row.media_type)
        values |= {"name": seal_text(pair[1], name, "name", row.id), "name_digest": digest}
    if row.title and (pair := pairs.get(key_id_of(row.title))):
        values["title"] = seal_text(pair[1], open_text(pair[0], row.title, "title", row.id), "title", row.id)
    if not values:
        return False
    change = sa.update(documents).where(documents.c.id == row.id, documents.c.name == row.name)
    change = change.where(documents.c.title.is_not_distinct_from(row.title))
    return bool((await connection.execute(change.values(values))).rowcount)


def _anew(pair: Pair, sealed: bytes, place: str) -> bytes:
    return pair[1].seal(pair[0].open(sealed, place), place)
