# SPDX-License-Identifier: EUPL-1.2
"""One document from upload to searchable, safe to be run again from any point (ING-10).

queued → parsing → indexing → ready, or failed with a reason. Each step first makes its effect durable and then
writes the state; points are replaced as a whole, with ids that depend on the content alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_retrieval.chunking.structure import chunk
from genius_retrieval.chunks import CanonicalDocument, Chunk
from genius_retrieval.collections import CollectionCatalogue, Homes
from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.sealing import Sealing, open_text, owner_of, seal_text
from genius_retrieval.documents.service import points_of
from genius_retrieval.index.port import CollectionIndex, DocumentMeta
from genius_retrieval.ingest.points import PointWriter
from genius_retrieval.ingest.processing_log import ProcessingLog
from genius_retrieval.ingest.progress import Gone, ProgressNotes
from genius_retrieval.ingest.queue import AWAY, IngestQueue, Leftovers, Target
from genius_retrieval.ingest.reasons import BY_WORDS_ALONE, CLASS_RAISED, FORBIDDEN
from genius_retrieval.ingest.rereading import MISSING, lacks_recognition
from genius_retrieval.ingest.scanner import Scanner
from genius_retrieval.metrics import count
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.parsing import PARSER_VERSION
from genius_retrieval.parsing.codec import encode_document
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.refusals import repository as refusals
from genius_retrieval.tables import documents

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
        points: PointWriter,
        queue: IngestQueue,
        scanner: Scanner | None = None,
    ) -> None:
        self._database = database
        self._sealing = sealing
        self._objects = objects
        self._parsers = parsers
        self._catalogue = catalogue
        self._index = index
        self._points = points
        self._queue = queue
        self._scanner = scanner

    async def ingest(self, target: Target, last_attempt: bool) -> None:
        """Carry the document to ready or failed. Raises only what a later attempt may get over."""
        scope = _scope(target)
        async with self._database.transaction(scope) as connection:
            row = await repository.get(connection, target.document)
            known = await self._catalogue.ids(connection, target.authority, None) if row is None else ()
            if row and row.state not in {"ready", "failed"}:
                await repository.update(connection, row.id, state="parsing", working=None)
        if row is None:
            # Deleted while an earlier attempt was being killed: its points must not outlive it.
            for collection in known:
                await self._index.delete_document(collection, target.document)
            return
        anew = target.again and row.state == "ready" and row.superseded_by is None and lacks_recognition(row)
        if row.state in {"ready", "failed"} and not anew:
            return
        told, notes = ProcessingLog(), ProgressNotes(self._database, scope, row.id)
        try:
            await (self._carry_anew if anew else self._carry)(scope, row, told, notes)
        except Gone:
            # Cancelled: whoever deleted it left a job that removes its points, and that job waits for this one.
            return
        except Refused as refused:
            await self._fail(scope, row, refused.code, told)
        except AWAY:
            # The queue tries again as long as it takes.
            raise
        except Exception:
            # Whatever it was: on the last attempt the document is visibly failed, never stuck.
            if last_attempt:
                await self._fail(scope, row, "internal_error", told, unless_ready=anew)
            raise

    async def purge(self, leftovers: Leftovers) -> None:
        """Remove points and objects of a document whose row is gone."""
        for collection in leftovers.collections:
            await self._index.delete_document(collection, leftovers.document)
        for identifier in leftovers.objects:
            await self._objects.delete(identifier)

    async def _carry(self, scope: RowScope, row: Row, told: ProcessingLog, notes: ProgressNotes) -> None:
        original, name = await self._original(scope, row)
        if self._scanner:
            with told.step("scan"):
                await self._scanner.pass_or_refuse(original)
        with told.step("read"):
            document = await self._parsers.parse(original, name, notes.tell)
            await notes.settle()
        told.read(document)
        await self._indexed(scope, row, document, told, notes)

    async def _carry_anew(self, scope: RowScope, row: Row, told: ProcessingLog, notes: ProgressNotes) -> None:
        """The same for a document that is found meanwhile as it was; where no more of it can be read, it stays so.

        Raises: Refused where it shows by now what must not be kept.
        """
        original, name = await self._original(scope, row)
        try:
            with told.step("read"):
                document = await self._parsers.parse(original, name)
        except Refused as refused:
            if refused.code in FORBIDDEN:
                raise
            codes = [code.replace(MISSING, "ocr_failed") for code in row.warnings]
            async with self._database.transaction(scope) as connection:
                await repository.update(connection, row.id, warnings=codes)
            return
        told.read(document)
        await self._indexed(scope, row, document, told, notes)

    async def _indexed(
        self, scope: RowScope, row: Row, document: CanonicalDocument, told: ProcessingLog, notes: ProgressNotes
    ) -> None:
        with told.step("keep"):
            homes = await self._keep(scope, row, document)
        if homes is None:
            return
        # Off the event loop: a large document takes seconds.
        with told.step("chunk"):
            chunks = await asyncio.to_thread(chunk, document, row.id, row.version)
            if not chunks:
                raise Refused("no_content")
        told.cut(chunks)
        while not await self._written(scope, row, homes, chunks, meta_of(row, document), told, notes):
            # Another collection took the place of the one in use meanwhile: the points belong there too.
            async with self._database.transaction(scope) as connection:
                homes = await self._homes(connection, row)

    async def _written(
        self,
        scope: RowScope,
        row: Row,
        homes: Homes,
        chunks: Sequence[Chunk],
        meta: DocumentMeta,
        told: ProcessingLog,
        notes: ProgressNotes,
    ) -> bool:
        """Write to every home and end as ready; False where that is not where searches look by now."""
        with told.step("index"):
            whole = await self._points.write(homes.all, chunks, meta, notes.tell)
        values: dict[str, Any] = {"points": len(chunks), "processing": told.stored(), "working": None}
        if not whole:
            values["warnings"] = sa.func.array_append(documents.c.warnings, BY_WORDS_ALONE)
        return await self._finish(scope, row, {collection.id for collection in homes.all}, values)

    async def _homes(self, connection: AsyncConnection, row: Row) -> Homes:
        homes = await self._catalogue.homes(connection, row.authority, row.knowledge_base)
        if row.kind != "file":
            return homes
        # The person's key, so that what the engine keeps of deleted points goes with it.
        key = await self._sealing.key(connection, owner_of(row))
        building = replace(homes.building, content_key=key) if homes.building else None
        return Homes(replace(homes.active, content_key=key), building)

    async def _original(self, scope: RowScope, row: Row) -> tuple[bytes, str]:
        sealed = await self._objects.sealed(row.original)
        async with self._database.transaction(scope) as connection:
            key = await self._sealing.key_of(connection, sealed)
            name_key = await self._sealing.key_of(connection, row.name)
        return self._objects.open(row.original, sealed, key), open_text(name_key, row.name, "name", row.id)

    async def _keep(self, scope: RowScope, row: Row, document: CanonicalDocument) -> Homes | None:
        """Store the canonical document; None if the document was deleted meanwhile."""
        canonical = row.canonical or uuid4()
        async with self._database.transaction(scope) as connection:
            key = await self._sealing.key(connection, owner_of(row))
            homes = await self._homes(connection, row)
            kept = await repository.update(
                connection,
                row.id,
                state="indexing",
                working=None,
                canonical=canonical,
                collection=homes.active.id,
                next_collection=homes.building.id if homes.building else None,
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
        return homes if kept else None

    async def _finish(self, scope: RowScope, row: Row, written: Set[UUID], values: dict[str, Any]) -> bool:
        async with self._database.transaction(scope) as connection:
            held = await self._catalogue.held(connection, row.authority, row.knowledge_base)
            if held and held["active"] not in written:
                return False
            building = held.get("building")
            places = {"collection": held.get("active"), "next_collection": building if building in written else None}
            kept = await repository.update(connection, row.id, state="ready", **values, **places)
            if kept and row.kind == "document":
                current = await repository.get(connection, row.id, lock=True)
                if current is not None:
                    await self._supersede(connection, current)
        if not kept:
            for collection in written:
                await self._index.delete_document(collection, row.id)
            return True
        count("ready")
        log.info("document ready", document=str(row.id))
        return True

    async def _supersede(self, connection: AsyncConnection, row: Row) -> None:
        """Older versions leave the search with this commit (checked at answer time), their points by a job."""
        if row.superseded_by is not None:  # a later upload was faster
            await self._queue.defer(connection, points_of(row))
        for other in await repository.supersede(connection, row):
            await self._queue.defer(connection, points_of(other))

    async def _fail(
        self, scope: RowScope, row: Row, code: str, told: ProcessingLog, *, unless_ready: bool = False
    ) -> None:
        """End as failed. What must not be kept (a classification mark, malware) goes with it."""
        forbidden = code in FORBIDDEN
        values = {"original": None, "canonical": None, "title": None} if forbidden else {}
        async with self._database.transaction(scope) as connection:
            current = await repository.get(connection, row.id, lock=True)
            if current is None or (unless_ready and current.state == "ready"):
                return
            ended = {"state": "failed", "reason": code, "processing": told.stored(), "working": None}
            await repository.update(connection, row.id, **ended, **values)
            await refusals.note(connection, current, code)
            objects = tuple(o for o in (current.original, current.canonical) if o) if forbidden else ()
            left = replace(points_of(current), objects=objects)
            await self._queue.defer(connection, left)
        await self.purge(left)
        count(code)
        log.info("document failed", document=str(row.id), reason=code)


def _scope(target: Target) -> RowScope:
    return RowScope(authority=target.authority, person=target.person, tenant_wide=target.authority is None)


def meta_of(row: Row, document: CanonicalDocument) -> DocumentMeta:
    """What the points of a stored document carry in clear."""
    return DocumentMeta(
        document=row.id,
        version=row.version,
        kind=row.kind,
        knowledge_base=row.knowledge_base,
        owner=row.owner_person if row.kind == "file" else None,
        protection_class=row.protection_class,
        title=document.title,
    )
