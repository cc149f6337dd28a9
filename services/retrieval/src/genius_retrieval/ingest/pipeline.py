# SPDX-License-Identifier: EUPL-1.2
"""One document from upload to searchable, safe to be run again from any point (ING-10).

queued → parsing → indexing → ready, or failed with a reason. Each step first makes its effect durable and then
writes the state; points are replaced as a whole, with ids that depend on the content alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_retrieval.chunking.structure import chunk
from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.collections import Collection, CollectionCatalogue
from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.sealing import Sealing, open_text, owner_of, seal_text
from genius_retrieval.errors import IndexUnavailable
from genius_retrieval.index.port import CollectionIndex, DocumentMeta
from genius_retrieval.ingest.queue import IngestQueue, Leftovers, Target
from genius_retrieval.ingest.reasons import CLASS_RAISED
from genius_retrieval.metrics import count
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.parsing import PARSER_VERSION
from genius_retrieval.parsing.codec import encode_document
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.refusals import repository as refusals

log = structlog.get_logger(__name__)


class Ingestion:
    """Carries out the jobs of `IngestQueue`."""

    def __init__(
        self,
        database: Database,
        sealing: Sealing,
        objects: ObjectStorage,
        parsers: ParserRunner,
        catalogue: CollectionCatalogue,
        index: CollectionIndex,
        queue: IngestQueue,
    ) -> None:
        self._database = database
        self._sealing = sealing
        self._objects = objects
        self._parsers = parsers
        self._catalogue = catalogue
        self._index = index
        self._queue = queue

    async def ingest(self, target: Target, last_attempt: bool) -> None:
        """Carry the document to ready or failed. Raises only what a later attempt may get over."""
        scope = _scope(target)
        async with self._database.transaction(scope) as connection:
            row = await repository.get(connection, target.document)
            collection = await self._catalogue.find(connection, target.authority, None) if row is None else None
            if row and row.state not in {"ready", "failed"}:
                await repository.update(connection, row.id, state="parsing")
        if row is None:
            # Deleted while an earlier attempt was being killed: its points must not outlive it.
            if collection:
                await self._index.delete_document(collection.id, target.document)
            return
        if row.state in {"ready", "failed"}:
            return
        try:
            await self._carry(scope, row)
        except Refused as refused:
            await self._fail(scope, row, refused.code)
        except IndexUnavailable:
            # The queue tries again as long as it takes.
            raise
        except Exception:
            # Whatever it was: on the last attempt the document is visibly failed, never stuck.
            if last_attempt:
                await self._fail(scope, row, "internal_error")
            raise

    async def purge(self, leftovers: Leftovers) -> None:
        """Remove points and objects of a document whose row is gone."""
        if leftovers.collection:
            await self._index.delete_document(leftovers.collection, leftovers.document)
        for identifier in leftovers.objects:
            await self._objects.delete(identifier)

    async def _carry(self, scope: RowScope, row: Row) -> None:
        original, name = await self._original(scope, row)
        document = await self._parsers.parse(original, name)
        collection = await self._keep(scope, row, document)
        if collection is None:
            return
        # Off the event loop: a large document takes seconds.
        chunks = await asyncio.to_thread(chunk, document, row.id, row.version)
        if not chunks:
            raise Refused("no_content")
        await self._index.delete_document(collection.id, row.id)
        await self._index.upsert(collection, chunks, _meta(row, document))
        await self._finish(scope, row, collection.id)

    async def _original(self, scope: RowScope, row: Row) -> tuple[bytes, str]:
        sealed = await self._objects.sealed(row.original)
        async with self._database.transaction(scope) as connection:
            key = await self._sealing.key_of(connection, sealed)
            name_key = await self._sealing.key_of(connection, row.name)
        return self._objects.open(row.original, sealed, key), open_text(name_key, row.name, "name", row.id)

    async def _keep(self, scope: RowScope, row: Row, document: CanonicalDocument) -> Collection | None:
        """Store the canonical document; None if the document was deleted meanwhile."""
        canonical = row.canonical or uuid4()
        async with self._database.transaction(scope) as connection:
            key = await self._sealing.key(connection, owner_of(row))
            collection = await self._catalogue.ensure(connection, row.authority, row.knowledge_base)
            kept = await repository.update(
                connection,
                row.id,
                state="indexing",
                canonical=canonical,
                collection=collection.id,
                title=seal_text(key, document.title, "title", row.id),
                media_type=document.media_type,
                pages=len(document.pages) or None,
                text_length=len(document.text),
                as_of=document.as_of,
                warnings=[*(w for w in row.warnings if w == CLASS_RAISED), *(w.code for w in document.warnings)],
                parser_version=PARSER_VERSION,
            )
            if kept:
                # Before the commit: a row that names an object never lacks it.
                await self._objects.put(canonical, await asyncio.to_thread(encode_document, document), key)
        if row.kind == "file":
            # The person's key, so that what the engine keeps of deleted points goes with it.
            collection = replace(collection, content_key=key)
        return collection if kept else None

    async def _finish(self, scope: RowScope, row: Row, collection: UUID) -> None:
        async with self._database.transaction(scope) as connection:
            kept = await repository.update(connection, row.id, state="ready")
            if kept and row.kind == "document":
                current = await repository.get(connection, row.id, lock=True)
                if current is not None:
                    await self._supersede(connection, current)
        if not kept:
            await self._index.delete_document(collection, row.id)
            return
        count("ready")
        log.info("document ready", document=str(row.id))

    async def _supersede(self, connection: AsyncConnection, row: Row) -> None:
        """Older versions leave the search with this commit (checked at answer time), their points by a job."""
        if row.superseded_by is not None:  # a later upload was faster
            await self._queue.defer(connection, Leftovers(row.id, row.collection, ()))
        for other in await repository.supersede(connection, row):
            await self._queue.defer(connection, Leftovers(other.id, other.collection, ()))

    async def _fail(self, scope: RowScope, row: Row, code: str) -> None:
        """End as failed. What must not be kept (a classification mark) goes with it."""
        forbidden = code == "vs_marking"
        values = {"original": None, "canonical": None, "title": None} if forbidden else {}
        async with self._database.transaction(scope) as connection:
            current = await repository.get(connection, row.id, lock=True)
            if current is None:
                return
            await repository.update(connection, row.id, state="failed", reason=code, **values)
            await refusals.note(connection, current, code)
            objects = tuple(o for o in (current.original, current.canonical) if o) if forbidden else ()
            left = Leftovers(row.id, current.collection, objects)
            await self._queue.defer(connection, left)
        await self.purge(left)
        count(code)
        log.info("document failed", document=str(row.id), reason=code)


def _scope(target: Target) -> RowScope:
    return RowScope(authority=target.authority, person=target.person, tenant_wide=target.authority is None)


def _meta(row: Row, document: CanonicalDocument) -> DocumentMeta:
    return DocumentMeta(
        document=row.id,
        version=row.version,
        kind=row.kind,
        knowledge_base=row.knowledge_base,
        owner=row.owner_person if row.kind == "file" else None,
        protection_class=row.protection_class,
        title=document.title,
    )
