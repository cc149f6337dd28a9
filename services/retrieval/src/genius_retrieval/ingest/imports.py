# SPDX-License-Identifier: EUPL-1.2
"""Import of the federal laws that ship with the platform into a knowledge base, and of new versions of one.

A version of a law is a document with an id of knowledge base, law and content, so that a second run skips what holds
already. A § that it leaves as it was keeps its points, which both versions share until the older one is superseded:
only changed and new §§ are written. Points come first and the row, as ready, in one step after them: an interrupted
run leaves the older version as it was (the reconciler removes the rest) and is carried on by the next one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import Undecryptable
from genius_common.database import Database, RowScope
from genius_common.errors import NotFound
from genius_common.principal import Principal
from genius_retrieval.access import require_writable, row_scope, write_scope
from genius_retrieval.chunks import CanonicalDocument, Chunk
from genius_retrieval.collections import CollectionCatalogue
from genius_retrieval.documents import repository
from genius_retrieval.documents.sealing import Owner, Sealing, name_digest, seal_text
from genius_retrieval.documents.service import points_of
from genius_retrieval.index.port import CollectionIndex, DocumentMeta
from genius_retrieval.ingest.points import PointWriter, versions_held
from genius_retrieval.ingest.reasons import BY_WORDS_ALONE
from genius_retrieval.knowledge_bases import repository as knowledge_bases
from genius_retrieval.laws.documents import LawDocument, law_chunks, law_documents
from genius_retrieval.laws.versions import Changes, Place, changes, place_of, version_id
from genius_retrieval.metrics import count
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.parsing.codec import decode_document, encode_document

_PARSER = "laws-2"
# Above this an import makes the index compact itself; a few §§ are left to the index.
_MANY = 1_000


class LawImport:
    """`start` checks access, `run` does the work and tells how far it is."""

    def __init__(
        self,
        database: Database,
        sealing: Sealing,
        objects: ObjectStorage,
        catalogue: CollectionCatalogue,
        index: CollectionIndex,
        points: PointWriter,
        laws: Callable[[], Iterable[LawDocument]] = law_documents,
    ) -> None:
        self._laws = laws
        self._database = database
        self._sealing = sealing
        self._objects = objects
        self._catalogue = catalogue
        self._index = index
        self._points = points
        self._running = asyncio.Lock()

    async def start(self, principal: Principal, knowledge_base: UUID) -> knowledge_bases.Row:
        """The knowledge base to import into, which the caller must be able to write."""
        require_writable(principal, knowledge_base)
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await knowledge_bases.get(connection, knowledge_base)
        if base is None:
            raise NotFound
        write_scope(principal, base.authority)
        return base

    async def run(
        self, principal: Principal, base: knowledge_bases.Row, handed: LawDocument | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Progress after each law, last `{"finished", "documents", "sections"}`.

        `{"done", "total", "title", "citation", "changed", "new", "gone", "same", "points"}`: numbers of §§, and of the
        points that were written. `handed`: this law alone, whatever is there of it; else all that are shipped, but none
        in the place of a later version.
        """
        scope = write_scope(principal, base.authority)
        async with self._running:
            laws = [handed] if handed else await asyncio.to_thread(lambda: list(self._laws()))
            written = 0
            for done, law in enumerate(laws, 1):
                async with versions_held(self._database, scope, base.id):
                    told, points = await self._import(principal, scope, base, law, force=handed is not None)
                written += points
                numbers = {**asdict(told), "points": points}
                title, citation = law.document.title, law.citation
                yield {"done": done, "total": len(laws), "title": title, "citation": citation, **numbers}
            if written > _MANY:
                async with self._database.transaction(scope) as connection:
                    homes = await self._catalogue.homes(connection, base.authority, base.id)
                for collection in homes.all:
                    await self._index.optimise(collection.id)
        sections = sum(len(law.document.sections) for law in laws)
        yield {"finished": True, "documents": len(laws), "sections": sections}

    async def _import(
        self, principal: Principal, scope: RowScope, base: knowledge_bases.Row, law: LawDocument, *, force: bool
    ) -> tuple[Changes, int]:
        """Bring one law in; answers what changed and how many points were written."""
        content = await asyncio.to_thread(encode_document, law.document)
        version = hashlib.sha256(content).hexdigest()
        async with self._database.transaction(scope) as connection:
            place = place_of(await repository.of_knowledge_base(connection, base.id), base.id, law.key)
        older = place.latest
        if older is not None and older.state == "ready" and (older.version == version or _keeps(older, law, force)):
            return Changes(0, 0, 0, len(law.document.sections)), 0
        identifier = version_id(place, version)
        chunks = await asyncio.to_thread(law_chunks, law, identifier, base.id)
        meta = DocumentMeta(identifier, version, "document", base.id, None, base.protection_class, law.document.title)
        values = {"id": identifier, "version": version, "size": len(content), "points": len(chunks)}
        values["replaces"] = place.after
        told = await asyncio.to_thread(changes, await self._text(scope, older), law.document)
        while True:
            homes, whole, points = await self._write(scope, base, chunks, meta, place)
            async with self._database.transaction(scope) as connection:
                held = await self._catalogue.held(connection, base.authority, base.id)
                if held["active"] not in homes:
                    continue  # another collection took its place meanwhile
                building = held.get("building")
                by_words = not whole or (older is not None and BY_WORDS_ALONE in older.warnings)
                places: dict[str, Any] = {
                    "warnings": [BY_WORDS_ALONE] if by_words else [],
                    "collection": held["active"],
                    "next_collection": building if building in homes else None,
                }
                replaced = await self._store(connection, principal, base, law, content, values | places)
            break
        count("ready")
        for left in map(points_of, replaced):
            for name in left.collections:
                await self._index.delete_document(name, left.document)
        return told, points

    async def _text(self, scope: RowScope, row: repository.Row | None) -> CanonicalDocument | None:
        """The stored text of a version; None where there is none that opens."""
        if row is None or row.canonical is None:
            return None
        try:
            sealed = await self._objects.sealed(row.canonical)
            async with self._database.transaction(scope) as connection:
                key = await self._sealing.key_of(connection, sealed)
            return await asyncio.to_thread(decode_document, self._objects.open(row.canonical, sealed, key))
        except Undecryptable:
            return None

    async def _write(
        self,
        scope: RowScope,
        base: knowledge_bases.Row,
        chunks: Sequence[Chunk],
        meta: DocumentMeta,
        place: Place,
    ) -> tuple[set[UUID], bool, int]:
        """Write points to every collection where they belong now; answers which, and `PointWriter.update`."""
        async with self._database.transaction(scope) as connection:
            homes = await self._catalogue.homes(connection, base.authority, base.id)
        for collection in homes.all:
            for gone in place.superseded:
                # A kill between the row and this; a point is shared by two versions at most.
                if await self._index.count(collection.id, gone):
                    await self._index.delete_document(collection.id, gone)
        names = {collection.id for collection in homes.all}
        if place.latest is None:
            return names, await self._points.write(homes.all, chunks, meta), len(chunks)
        return names, *await self._points.update(homes.all, chunks, meta, place.latest.id)

    async def _store(
        self,
        connection: AsyncConnection,
        principal: Principal,
        base: knowledge_bases.Row,
        law: LawDocument,
        content: bytes,
        values: dict[str, Any],
    ) -> list[repository.Row]:
        """Write object and row; answers the version that it supersedes."""
        key = await self._sealing.key(connection, Owner(base.authority))
        identifier, canonical = values["id"], uuid4()
        await self._objects.put(canonical, content, key)
        row = await repository.insert(
            connection,
            {
                **values,
                "kind": "document",
                "knowledge_base": base.id,
                "authority": base.authority,
                "owner_kind": "authority" if base.authority else "tenant",
                "uploaded_by": principal.subject,
                "protection_class": base.protection_class,
                "name": seal_text(key, law.citation, "name", identifier),
                "name_digest": name_digest(key, law.citation, law.document.media_type),
                "title": seal_text(key, law.document.title, "title", identifier),
                "state": "ready",
                "media_type": law.document.media_type,
                "text_length": len(law.document.text),
                "as_of": law.document.as_of,
                "canonical": canonical,
                "parser_version": _PARSER,
            },
        )
        return list(await repository.supersede(connection, row))


def _keeps(older: repository.Row, law: LawDocument, force: bool) -> bool:
    """Whether a version stays that is later than the shipped one."""
    shipped = law.document.as_of
    return not force and older.as_of is not None and shipped is not None and older.as_of > shipped
