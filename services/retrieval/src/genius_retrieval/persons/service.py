# SPDX-License-Identifier: EUPL-1.2
"""Everything of one person in one authority: rows, points, objects, keys. Deleted when the call returns, not by a job.

That is the person's files, and the knowledge bases that the token names as writable (the gateway names those that the
person owns). The jobs that remove leftovers are written all the same, in the transaction that removes the rows: where
the process dies in between, they end it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.errors import Forbidden
from genius_common.keys import KeyRing
from genius_common.principal import Principal
from genius_retrieval.access import row_scope
from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.service import DocumentService, leftovers_of
from genius_retrieval.errors import NotErased
from genius_retrieval.index.port import CollectionIndex
from genius_retrieval.ingest.queue import Leftovers
from genius_retrieval.knowledge_bases import repository as knowledge_bases
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.refusals import repository as refusals
from genius_retrieval.tables import documents, keys

_c = documents.c
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Erased:
    """How many of each kind were deleted, and the keys that were destroyed."""

    deleted: dict[str, int]
    keys: list[UUID]


class PersonalData:
    """In knowledge bases of others only the uploader's pseudonym is removed; the documents are theirs."""

    def __init__(
        self,
        database: Database,
        service: DocumentService,
        objects: ObjectStorage,
        index: CollectionIndex,
        key_ring: KeyRing,
    ) -> None:
        self._database = database
        self._service = service
        self._objects = objects
        self._index = index
        self._keys = key_ring

    async def due(self, principal: Principal, before: dt.datetime, after: UUID, limit: int) -> Sequence[Any]:
        """Id and owner of the authority's files that were uploaded before; in the scope of maintenance."""
        query = (
            sa.select(_c.id, _c.owner_person)
            .where(_c.kind == "file", _c.created_at < before, _c.id > after)
            .order_by(_c.id)
            .limit(limit)
        )
        async with self._database.transaction(RowScope(authority=principal.authority)) as connection:
            return (await connection.execute(query)).all()

    async def stock(self, principal: Principal) -> Sequence[Any]:
        """What each knowledge base of the authority holds: `documents`, `pages`, `bytes`, `changed_at`."""
        query = (
            sa.select(
                _c.knowledge_base.label("id"),
                sa.func.count().label("documents"),
                sa.func.coalesce(sa.func.sum(_c.pages), 0).label("pages"),
                sa.func.coalesce(sa.func.sum(_c.size), 0).label("bytes"),
                sa.func.max(_c.created_at).label("changed_at"),
            )
            .where(_c.kind == "document", _c.authority == principal.authority)
            .group_by(_c.knowledge_base)
        )
        async with self._database.transaction(RowScope(authority=principal.authority)) as connection:
            return (await connection.execute(query)).all()

    async def inventory(self, principal: Principal) -> dict[str, int]:
        """What there is, keys included that still open something."""
        async with self._database.transaction(row_scope(principal)) as connection:
            rows = await _rows(connection, principal)
            living = await _living_keys(connection, principal)
        return {**_kinds(rows), **await self._outside([leftovers_of(row) for row in rows]), "keys": len(living)}

    async def erase(self, principal: Principal) -> Erased:
        """Delete it all, look again, then destroy the keys. Raises: NotErased where something is still there."""
        if principal.authority is None:
            raise Forbidden
        scope = row_scope(principal)
        async with self._database.transaction(scope) as connection:
            rows = await _rows(connection, principal)
        outside = await self._outside([leftovers_of(row) for row in rows])
        removed = await self._service.delete_rows(scope, rows)
        for left in removed:
            for identifier in left.objects:
                await self._objects.delete(identifier)
        async with self._database.transaction(RowScope(authority=principal.authority)) as connection:
            await refusals.forget(connection, principal.subject)
        async with self._database.transaction(scope) as connection:
            for base in principal.writable_knowledge_bases:
                await knowledge_bases.remove(connection, base)
            await _forget_uploader(connection, principal)
            if await _rows(connection, principal) or any((await self._outside(removed)).values()):
                raise NotErased
            living = await _living_keys(connection, principal)
            for key in living:
                await self._keys.destroy(connection, key)
        return Erased({**_kinds(rows), **outside}, living)

    async def _outside(self, left: Sequence[Leftovers]) -> dict[str, int]:
        """Counted where it lies, not where a row says that it lies."""
        points = [await self._index.count(name, item.document) for item in left for name in item.collections]
        objects = [await self._objects.exists(identifier) for item in left for identifier in item.objects]
        return {"points": sum(points), "objects": sum(objects)}


def _kinds(rows: Sequence[Row]) -> dict[str, int]:
    files = sum(row.kind == "file" for row in rows)
    return {"files": files, "documents": len(rows) - files}


async def _rows(connection: AsyncConnection, principal: Principal) -> list[Row]:
    query = sa.select(documents).where(_c.kind == "file", _c.owner_person == principal.subject)
    rows = list((await connection.execute(query)).all())
    for base in principal.writable_knowledge_bases:
        rows += await repository.of_knowledge_base(connection, base)
    return rows


async def _forget_uploader(connection: AsyncConnection, principal: Principal) -> None:
    query = sa.update(documents).where(_c.kind == "document", _c.uploaded_by == principal.subject)
    await connection.execute(query.values(uploaded_by=NOBODY))


async def _living_keys(connection: AsyncConnection, principal: Principal) -> list[UUID]:
    query = sa.select(keys.c.id).where(keys.c.person == principal.subject, keys.c.state != "destroyed")
    return list((await connection.execute(query)).scalars())
