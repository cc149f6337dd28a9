# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL, the index and the object storage made to agree again (BAK-02).

After a restored backup, a lost index, a kill between two stores. The rows decide: what they name is written again from
the stored text, with the same point ids (BAK-06); what no row names goes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import Undecryptable
from genius_common.database import Database, RowScope
from genius_retrieval.collections import Collection, CollectionCatalogue
from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.service import leftovers_of, points_of
from genius_retrieval.index.port import CollectionIndex
from genius_retrieval.ingest.owners import CollectionOwner, all_owners
from genius_retrieval.ingest.queue import IngestQueue, Target
from genius_retrieval.ingest.rebuild import StoredPoints
from genius_retrieval.metrics import RECONCILED
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.tables import documents

log = structlog.get_logger(__name__)

_PAGE = 500
_ENDED = ("ready", "failed")
_d = documents.c


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one run found, in documents and objects; all zero where the stores agreed.

    `restored`: points written again. `reread`: to be read again from the original. `lost`: failed now, since neither
    text nor original is there. `removed`: had points and no row. `objects`: named by no row for a week, or half written
    as long ago, removed.
    """

    restored: int = 0
    reread: int = 0
    lost: int = 0
    removed: int = 0
    objects: int = 0


class Reconciler:
    """One per process. A run may be repeated and killed at any time; searches and uploads go on.

    `grace_s`: points without a row are looked at again after so long, since an import writes its points first.
    `keep_objects`: how old an object without a row must be to go; an upload stores it before its row is committed.
    """

    def __init__(
        self,
        database: Database,
        catalogue: CollectionCatalogue,
        index: CollectionIndex,
        objects: ObjectStorage,
        points: StoredPoints,
        queue: IngestQueue,
        grace_s: float = 60.0,
        keep_objects: dt.timedelta = dt.timedelta(days=7),
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._index = index
        self._objects = objects
        self._points = points
        self._queue = queue
        self._grace_s = grace_s
        self._keep_objects = keep_objects

    async def run(self) -> Reconciled:
        """Everything of everybody. Raises what the next run may get over (IndexUnavailable, database away)."""
        before = dt.datetime.now(dt.UTC) - self._keep_objects
        stored = {identifier: modified async for identifier, modified in self._objects.all()}
        named: set[UUID] = set()
        done: Counter[str] = Counter()
        for owner in await all_owners(self._database):
            done += await self._owner(owner, stored.keys(), named)
        named |= await self._named_by_tenant()
        for identifier, modified in stored.items():
            if identifier not in named and modified < before:
                await self._objects.delete(identifier)
                done["objects"] += 1
        done["objects"] += await self._objects.remove_unfinished(before)
        for what, number in done.items():
            RECONCILED.labels(what).inc(number)
            log.warning("stores disagreed", outcome=what, records=number)
        return Reconciled(**done)

    async def _owner(self, owner: CollectionOwner, stored: Set[UUID], named: set[UUID]) -> Counter[str]:
        done: Counter[str] = Counter()
        async with self._database.transaction(owner.scope) as connection:
            active = await self._catalogue.ensure(connection, owner.authority, owner.knowledge_base)
            building = await self._catalogue.building(connection, owner.authority, owner.knowledge_base)
        homes = [active, *([building] if building else [])]
        held = {home.id: await self._index.documents(home.id) for home in homes}
        without = {document for found in held.values() for document in found}
        async for row in self._rows(owner):
            named.update(leftovers_of(row).objects)
            if not _may_have_points(row):
                continue
            without.discard(row.id)
            if row.state == "ready":
                done[await self._checked(owner, row, homes, held, stored)] += 1
        done["removed"] += await self._remove(owner, without, held)
        return +Counter({what: number for what, number in done.items() if what})

    async def _checked(
        self,
        owner: CollectionOwner,
        row: Row,
        homes: Sequence[Collection],
        held: Mapping[UUID, Mapping[UUID, int]],
        stored: Set[UUID],
    ) -> str:
        """What had to be done for the ready document `row`; "" where nothing."""
        # It may have become ready after the objects were listed.
        if row.canonical not in stored and not (row.canonical and await self._objects.exists(row.canonical)):
            return await self._lost(owner, row)
        active = homes[0]
        wanted = [home for home in homes if home is active or row.next_collection == home.id]
        try:
            number = row.points or len(await self._points.expected(owner.scope, row, active))
            wrong = [home for home in wanted if await self._lacks(home, row, number, held)]
            for home in wrong:
                number = await self._points.write(owner.scope, row, home, partly=True)
        except Undecryptable:
            return await self._lost(owner, row)
        if wrong or (row.collection, row.points) != (active.id, number):
            await self._note(owner, row, active.id, number)
        return "restored" if wrong or row.collection != active.id else ""

    async def _lacks(self, home: Collection, row: Row, number: int, held: Mapping[UUID, Mapping[UUID, int]]) -> bool:
        """Counted again where it seems so: it may have been written after the index was asked."""
        return held[home.id].get(row.id) != number and await self._index.count(home.id, row.id) != number

    async def _note(self, owner: CollectionOwner, row: Row, collection: UUID, number: int) -> None:
        """Where the points are and how many; those of a document deleted or superseded meanwhile leave again."""
        change = sa.update(documents).where(_d.id == row.id, _d.state == "ready", _d.superseded_by.is_(None))
        async with self._database.transaction(owner.scope) as connection:
            held = await self._catalogue.held(connection, owner.authority, owner.knowledge_base)
            if held.get("active") != collection:  # a rebuild that ended meanwhile has looked after it
                return
            kept = (await connection.execute(change.values(collection=collection, points=number))).rowcount
        if not kept:
            await self._index.delete_document(collection, row.id)

    async def _lost(self, owner: CollectionOwner, row: Row) -> str:
        """Without a text that opens: read again from the original where that is there, else visibly failed."""
        original = row.original is not None and await self._objects.exists(row.original)
        async with self._database.transaction(owner.scope) as connection:
            current = await repository.get(connection, row.id, lock=True)
            if current is None or current.state != "ready" or current.canonical != row.canonical:
                return ""
            if original:
                await repository.update(connection, row.id, state="queued")
                await self._queue.defer(connection, Target(row.id, row.authority, row.owner_person or row.uploaded_by))
            else:
                await repository.update(connection, row.id, state="failed", reason="content_lost")
                await self._queue.defer(connection, points_of(current))
        log.error("document has lost its text", document=str(row.id), outcome="reread" if original else "failed")
        return "reread" if original else "lost"

    async def _remove(self, owner: CollectionOwner, without: Set[UUID], held: Mapping[UUID, Mapping[UUID, int]]) -> int:
        if not without:
            return 0
        await asyncio.sleep(self._grace_s)
        async with self._database.transaction(owner.scope) as connection:
            gone = without - await _with_points(connection, without)
        for document in gone:
            for collection, found in held.items():
                if document in found:
                    await self._index.delete_document(collection, document)
        return len(gone)

    async def _rows(self, owner: CollectionOwner) -> AsyncIterator[Row]:
        mine = [_d.authority.is_not_distinct_from(owner.authority)]
        if owner.authority is None:
            mine.append(_d.knowledge_base == owner.knowledge_base)
        after = UUID(int=0)
        while True:
            query = sa.select(documents).where(*mine, _d.id > after).order_by(_d.id).limit(_PAGE)
            async with self._database.transaction(owner.scope) as connection:
                rows = (await connection.execute(query)).all()
            for row in rows:
                yield row
            if len(rows) < _PAGE:
                return
            after = rows[-1].id

    async def _named_by_tenant(self) -> set[UUID]:
        """Objects of tenant-wide documents, also of knowledge bases that have no collection yet."""
        query = sa.select(_d.original, _d.canonical).where(_d.authority.is_(None))
        async with self._database.transaction(RowScope(tenant_wide=True)) as connection:
            rows = (await connection.execute(query)).all()
        return {identifier for row in rows for identifier in row if identifier}


def _may_have_points(row: Row) -> bool:
    """Ready and current, or still on its way there."""
    return row.state not in _ENDED or (row.state == "ready" and row.superseded_by is None)


async def _with_points(connection: AsyncConnection, which: Iterable[UUID]) -> set[UUID]:
    query = sa.select(documents).where(_d.id.in_(which))
    return {row.id for row in (await connection.execute(query)).all() if _may_have_points(row)}
