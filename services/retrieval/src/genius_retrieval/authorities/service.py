# SPDX-License-Identifier: EUPL-1.2
"""Everything of one authority: rows, points, objects, keys. For operators' commands of the gateway alone.

Destroying begins with the keys, so that a kill at any later point leaves nothing readable; the rows go last, since they
say where the rest lies. Each step may be repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.keys_rotation import KeyMaintenance
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.service import leftovers_of
from genius_retrieval.errors import NotErased
from genius_retrieval.index.port import CollectionIndex
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.tables import collections, documents, keys, knowledge_bases, refusals, removed_authorities, shares

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Destroyed:
    """How many of each kind there were, and the keys that were destroyed in this call."""

    deleted: dict[str, int]
    keys: list[UUID]


def whole(authority: UUID) -> RowScope:
    return RowScope(authority=authority, wide="whole")


class AuthorityData:
    """`inventory` counts where things lie, not where a row says that they lie."""

    def __init__(
        self, database: Database, objects: ObjectStorage, index: CollectionIndex, maintenance: KeyMaintenance
    ) -> None:
        self._database = database
        self._objects = objects
        self._index = index
        self._maintenance = maintenance

    async def inventory(self, authority: UUID) -> dict[str, int]:
        """What there is, keys included that still open something. Superseded documents are counted beside the rest."""
        found = dict.fromkeys(("documents", "superseded", "files", "objects"), 0)
        after = UUID(int=0)
        while rows := await self._page(authority, after):
            found["files"] += sum(row.kind == "file" for row in rows)
            found["superseded"] += sum(row.superseded_by is not None for row in rows)
            found["documents"] += sum(row.kind == "document" and row.superseded_by is None for row in rows)
            objects = [item for row in rows for item in leftovers_of(row).objects]
            found["objects"] += sum([int(await self._objects.exists(item)) for item in objects])
            after = rows[-1].id
        async with self._database.transaction(whole(authority)) as connection:
            names = await _collections(connection, authority)
            found["knowledge_bases"] = await _count(connection, knowledge_bases, authority)
            living = sa.select(sa.func.count()).where(keys.c.authority == authority, keys.c.state != "destroyed")
            found["keys"] = (await connection.execute(living)).scalar_one()
        found["collections"] = len(names)
        found["points"] = sum([await self._index.count(name) for name in names])
        return found

    async def destroy(self, authority: UUID, *, closed: bool) -> Destroyed:
        """Keys, collections, objects, rows; `closed`: nothing is ever written for this authority again.

        Raises: NotErased where something is still there.
        """
        before = await self.inventory(authority)
        async with self._database.transaction(whole(authority)) as connection:
            if closed:
                note = insert(removed_authorities).values(authority=authority)
                await connection.execute(note.on_conflict_do_nothing())
            destroyed = await self._maintenance.destroy(connection, authority)
            names = await _collections(connection, authority)
        for name in names:
            await self._index.drop(name)
        while rows := await self._page(authority, UUID(int=0)):
            for row in rows:
                for identifier in leftovers_of(row).objects:
                    await self._objects.delete(identifier)
            async with self._database.transaction(whole(authority)) as connection:
                gone = sa.delete(documents).where(documents.c.id.in_([row.id for row in rows]))
                await connection.execute(gone)
        async with self._database.transaction(whole(authority)) as connection:
            for table in (knowledge_bases, collections, refusals):
                await connection.execute(sa.delete(table).where(table.c.authority == authority))
            if closed:  # What others share with it; what it shared went with its knowledge bases.
                await connection.execute(sa.delete(shares).where(shares.c.grantee == authority))
        left = await self.inventory(authority)
        if any(number for kind, number in left.items() if closed or kind != "keys"):
            raise NotErased
        return Destroyed({kind: number for kind, number in before.items() if kind != "keys"}, destroyed)

    async def _page(self, authority: UUID, after: UUID) -> Sequence[Row]:
        query = sa.select(documents).where(documents.c.authority == authority, documents.c.id > after)
        async with self._database.transaction(whole(authority)) as connection:
            return (await connection.execute(query.order_by(documents.c.id).limit(_PAGE))).all()


async def _collections(connection: AsyncConnection, authority: UUID) -> list[UUID]:
    query = sa.select(collections.c.id).where(collections.c.authority == authority)
    return list((await connection.execute(query)).scalars())


async def _count(connection: AsyncConnection, table: sa.Table, authority: UUID) -> int:
    query = sa.select(sa.func.count()).where(table.c.authority == authority)
    number: int = (await connection.execute(query)).scalar_one()
    return number
