# SPDX-License-Identifier: EUPL-1.2
"""A collection built again from the stored canonical documents, with the same point ids, beside the one in use.

For a new profile (vocabulary, k1, b, average lengths, stemmer, normaliser, dense model) and for a new search key
(REL-11), and after a loss of the index (BAK-06). Searches use the older collection until one transaction switches.
What becomes ready meanwhile is in both. `documents.next_collection` says which documents the new one holds, and
`collections.copying` which one was being written when the process was killed: a repeated `run` goes on there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import Undecryptable
from genius_common.database import Database, RowScope
from genius_retrieval.chunking.structure import chunk
from genius_retrieval.chunks import CanonicalDocument, Chunk
from genius_retrieval.collections import Collection, CollectionCatalogue, owned
from genius_retrieval.dense.port import ModelUnavailable
from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.sealing import Sealing, open_text
from genius_retrieval.index.port import CollectionIndex
from genius_retrieval.ingest.owners import CollectionOwner
from genius_retrieval.ingest.pipeline import meta_of
from genius_retrieval.ingest.points import PointWriter, versions_held
from genius_retrieval.ingest.reasons import BY_WORDS_ALONE
from genius_retrieval.laws.documents import MEDIA_TYPE, LawDocument, law_chunks
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.parsing.codec import decode_document
from genius_retrieval.tables import collections, documents

log = structlog.get_logger(__name__)

_PAGE = 100
_d, _c = documents.c, collections.c


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is, in documents. `unreadable`: their text does not open, they keep the switch waiting."""

    building: bool
    done: int
    total: int
    unreadable: int = 0


class StoredPoints:
    """Points of a document made again from its canonical text: the ids and terms of its first ingestion."""

    def __init__(self, database: Database, sealing: Sealing, objects: ObjectStorage, points: PointWriter) -> None:
        self._database = database
        self._sealing = sealing
        self._objects = objects
        self._points = points

    async def write(self, scope: RowScope, row: Row, collection: Collection, *, partly: bool = False) -> int:
        """Replace the points of the ready document `row` in `collection`; answers how many there are.

        `partly`: where the model of its vectors does not answer, words will do for now, and the row says so.
        Raises: Undecryptable where the text is gone or does not open; IndexUnavailable; ModelUnavailable.
        """
        document, chunks, collection = await self._made(scope, row, collection)
        if document.media_type == MEDIA_TYPE:
            async with versions_held(self._database, scope, row.knowledge_base):
                if await self._is_superseded(scope, row):
                    return len(chunks)  # its points may be another version's by now
                whole = await self._points.write([collection], chunks, meta_of(row, document))
        else:
            whole = await self._points.write([collection], chunks, meta_of(row, document))
        if not whole:
            if not partly:
                raise ModelUnavailable
            if BY_WORDS_ALONE not in row.warnings:
                async with self._database.transaction(scope) as connection:
                    said = sa.func.array_append(_d.warnings, BY_WORDS_ALONE)
                    await repository.update(connection, row.id, warnings=said)
        return len(chunks)

    async def _is_superseded(self, scope: RowScope, row: Row) -> bool:
        async with self._database.transaction(scope) as connection:
            current = await repository.get(connection, row.id)
        return current is None or current.superseded_by is not None

    async def expected(self, scope: RowScope, row: Row, collection: Collection) -> list[UUID]:
        """The ids that its points have, for a comparison with what the index holds."""
        _, chunks, _ = await self._made(scope, row, collection)
        return [item.id for item in chunks]

    async def _made(
        self, scope: RowScope, row: Row, collection: Collection
    ) -> tuple[CanonicalDocument, list[Chunk], Collection]:
        if row.canonical is None:
            raise Undecryptable
        sealed = await self._objects.sealed(row.canonical)
        async with self._database.transaction(scope) as connection:
            key = await self._sealing.key_of(connection, sealed)
            name = open_text(await self._sealing.key_of(connection, row.name), row.name, "name", row.id)
        plain = self._objects.open(row.canonical, sealed, key)
        document = await asyncio.to_thread(decode_document, plain)
        if row.kind == "file":
            # Payloads of files are under the person's key, which the object names; none is made here.
            collection = replace(collection, content_key=key)
        return document, await asyncio.to_thread(_chunks, document, name, row), collection


def _chunks(document: CanonicalDocument, name: str, row: Row) -> list[Chunk]:
    if document.media_type == MEDIA_TYPE:
        return law_chunks(LawDocument("", name, document), row.id, row.knowledge_base)
    return chunk(document, row.id, row.version)


class Rebuild:
    """One per process, which is the only one that builds.

    `grace_s`: how long the older collection stays after the switch, for searches that began with it.
    """

    def __init__(
        self,
        database: Database,
        catalogue: CollectionCatalogue,
        index: CollectionIndex,
        points: StoredPoints,
        grace_s: float = 60.0,
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._index = index
        self._points = points
        self._grace_s = grace_s
        self._unreadable: dict[CollectionOwner, int] = {}

    async def begin(self, owner: CollectionOwner) -> UUID:
        """A second collection is there, to be filled by `run`; answers its id. The one in the making is taken."""
        async with self._database.transaction(owner.scope) as connection:
            await self._catalogue.ensure(connection, owner.authority, owner.knowledge_base)
            found = await self._catalogue.building(connection, owner.authority, owner.knowledge_base)
            if found and not self._catalogue.is_current(found.profile):
                change = sa.update(collections).where(_c.id == found.id).values(state="retired", copying=None)
                await connection.execute(change)
                found = None
            if found is None:
                found = await self._catalogue.begin(connection, owner.authority, owner.knowledge_base)
        return found.id

    async def is_due(self, owner: CollectionOwner) -> bool:
        """Whether there is something to do: another profile than that of now, one in the making, one to remove."""
        query = sa.select(_c.state, _c.profile).where(*owned(owner.authority, owner.knowledge_base))
        async with self._database.transaction(owner.scope) as connection:
            rows = (await connection.execute(query)).all()
        return any(row.state != "active" or not self._catalogue.is_current(row.profile) for row in rows)

    async def progress(self, owner: CollectionOwner) -> Progress:
        async with self._database.transaction(owner.scope) as connection:
            held = await self._catalogue.ids_by_state(connection, owner.authority, owner.knowledge_base)
            building = held.get("building")
            total = await _count(connection, _current(owner))
            done = await _count(connection, [*_current(owner), _d.next_collection == building]) if building else 0
        return Progress(building is not None, done, total, self._unreadable.get(owner, 0))

    async def run(self, owner: CollectionOwner) -> bool:
        """Build, switch and remove the older one; False where documents that do not open keep the switch waiting.

        Repeat it after any error or kill.
        """
        await self._remove_retired(owner)
        async with self._database.transaction(owner.scope) as connection:
            active = await self._catalogue.ensure(connection, owner.authority, owner.knowledge_base)
            building = await self._catalogue.building(connection, owner.authority, owner.knowledge_base)
        stale = building is not None and not self._catalogue.is_current(building.profile)
        if stale or (building is None and not self._catalogue.is_current(active.profile)):
            await self.begin(owner)
            return await self.run(owner)
        if building is None:
            return True
        if not await self._fill(owner, building):
            return False
        log.info("collection switched", collection=str(building.id))
        # Searches that began with the older one end before it goes.
        await asyncio.sleep(self._grace_s)
        await self._remove_retired(owner)
        return True

    async def complete(self, owner: CollectionOwner) -> None:
        """Write documents again whose dense vectors the model did not make when they were read in.

        Raises: ModelUnavailable while it still does not.
        """
        query = sa.select(documents).where(*_current(owner), _d.warnings.contains([BY_WORDS_ALONE]))
        async with self._database.transaction(owner.scope) as connection:
            rows = (await connection.execute(query.order_by(_d.id).limit(_PAGE))).all()
            homes = await self._catalogue.homes(connection, owner.authority, owner.knowledge_base) if rows else None
        for row in rows:
            assert homes
            for collection in homes.all:
                await self._points.write(owner.scope, row, collection)
            change = sa.update(documents).where(*_current(owner), _d.id == row.id)
            change = change.values(warnings=sa.func.array_remove(_d.warnings, BY_WORDS_ALONE))
            async with self._database.transaction(owner.scope) as connection:
                kept = (await connection.execute(change)).rowcount
            if not kept:  # deleted or superseded meanwhile
                for collection in homes.all:
                    await self._index.delete_document(collection.id, row.id)

    async def _fill(self, owner: CollectionOwner, building: Collection) -> bool:
        await self._resume(owner, building)
        while True:
            copied = await self._pass(owner, building)
            if copied:
                await self._index.optimise(building.id)
            left = await self._switch(owner, building.id)
            if not left:
                return True
            if not copied:
                log.error("collection waits for documents that do not open", collection=str(building.id), records=left)
                return False

    async def _resume(self, owner: CollectionOwner, building: Collection) -> None:
        """Remove what a killed process wrote of a document that may be deleted by now."""
        async with self._database.transaction(owner.scope) as connection:
            query = sa.select(_c.copying).where(_c.id == building.id)
            document: UUID | None = (await connection.execute(query)).scalar_one_or_none()
            row = await repository.get(connection, document) if document else None
        if document and (row is None or row.next_collection != building.id):
            await self._index.delete_document(building.id, document)

    async def _pass(self, owner: CollectionOwner, building: Collection) -> int:
        """Copy what is not there yet, in order of ids; answers how many documents."""
        copied, after, unreadable = 0, UUID(int=0), 0
        while rows := await self._page(owner, building.id, after):
            for row in rows:
                try:
                    await self._copy(owner, row, building)
                    copied += 1
                except Undecryptable:
                    unreadable += 1
                    log.error("document does not open for the new collection", document=str(row.id))
            after = rows[-1].id
        self._unreadable[owner] = unreadable
        return copied

    async def _copy(self, owner: CollectionOwner, row: Row, building: Collection) -> None:
        await self._note(owner, building.id, row.id)
        number = await self._points.write(owner.scope, row, building)
        change = sa.update(documents).where(
            _d.id == row.id, _d.state == "ready", _d.superseded_by.is_(None), _d.collection == row.collection
        )
        async with self._database.transaction(owner.scope) as connection:
            kept = (await connection.execute(change.values(next_collection=building.id, points=number))).rowcount
        if not kept:  # deleted or superseded meanwhile
            await self._index.delete_document(building.id, row.id)
        await self._note(owner, building.id, None)

    async def _note(self, owner: CollectionOwner, building: UUID, document: UUID | None) -> None:
        async with self._database.transaction(owner.scope) as connection:
            await connection.execute(sa.update(collections).where(_c.id == building).values(copying=document))

    async def _page(self, owner: CollectionOwner, building: UUID, after: UUID) -> Sequence[Row]:
        query = sa.select(documents).where(*_missing(owner, building), _d.id > after).order_by(_d.id).limit(_PAGE)
        async with self._database.transaction(owner.scope) as connection:
            return (await connection.execute(query)).all()

    async def _switch(self, owner: CollectionOwner, building: UUID) -> int:
        """Let searches use the new one; answers how many documents it still lacks (then nothing was switched)."""
        mine = owned(owner.authority, owner.knowledge_base)
        async with self._database.transaction(owner.scope) as connection:
            # Documents that become ready wait for these rows (`CollectionCatalogue.held`).
            await connection.execute(sa.select(_c.id).where(*mine).order_by(_c.id).with_for_update())
            if left := await _count(connection, _missing(owner, building)):
                return left
            for state, which in (("retired", _c.state == "active"), ("active", _c.id == building)):
                await connection.execute(sa.update(collections).where(*mine, which).values(state=state, copying=None))
            moved = sa.update(documents).where(_d.next_collection == building)
            await connection.execute(moved.values(collection=building, next_collection=None))
        return 0

    async def _remove_retired(self, owner: CollectionOwner) -> None:
        query = sa.select(_c.id).where(*owned(owner.authority, owner.knowledge_base), _c.state == "retired")
        async with self._database.transaction(owner.scope) as connection:
            names = (await connection.execute(query)).scalars().all()
        for name in names:
            await self._index.drop(name)
            async with self._database.transaction(owner.scope) as connection:
                await connection.execute(sa.delete(collections).where(_c.id == name))
            log.info("collection removed", collection=str(name))


def _current(owner: CollectionOwner) -> list[sa.ColumnElement[bool]]:
    """Documents of the owner that a search may find."""
    mine = [_d.authority.is_not_distinct_from(owner.authority)]
    if owner.authority is None:
        mine.append(_d.knowledge_base == owner.knowledge_base)
    return [*mine, _d.state == "ready", _d.superseded_by.is_(None)]


def _missing(owner: CollectionOwner, building: UUID) -> list[sa.ColumnElement[bool]]:
    return [*_current(owner), _d.next_collection.is_distinct_from(building)]


async def _count(connection: AsyncConnection, which: Sequence[sa.ColumnElement[bool]]) -> int:
    found: int = (
        await connection.execute(sa.select(sa.func.count()).select_from(documents).where(*which))
    ).scalar_one()
    return found
