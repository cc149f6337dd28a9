# SPDX-License-Identifier: EUPL-1.2
"""Import of a source that ships with the platform into a knowledge base: the federal laws.

A law is stored under an id of knowledge base, law and content, so that a second run skips what is there, and a
changed law supersedes its older version. Points come first and the row, as ready, in one step after them: an
interrupted run leaves nothing half-visible and is carried on by the next one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.errors import NotFound
from genius_common.principal import Principal
from genius_retrieval.access import require_writable, row_scope, write_scope
from genius_retrieval.chunks import Chunk
from genius_retrieval.collections import CollectionCatalogue
from genius_retrieval.documents import repository
from genius_retrieval.documents.sealing import Owner, Sealing, name_digest, seal_text
from genius_retrieval.documents.service import points_of
from genius_retrieval.index.port import CollectionIndex, DocumentMeta
from genius_retrieval.ingest.points import PointWriter
from genius_retrieval.ingest.reasons import BY_WORDS_ALONE
from genius_retrieval.knowledge_bases import repository as knowledge_bases
from genius_retrieval.laws.documents import LawDocument, law_chunks, law_document_id, law_documents
from genius_retrieval.metrics import count
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.parsing.codec import encode_document

_PARSER = "laws-1"


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

    async def run(self, principal: Principal, base: knowledge_bases.Row) -> AsyncIterator[dict[str, Any]]:
        """Progress after each law, `{"done", "total", "title"}`; last `{"finished", "documents", "sections"}`."""
        scope = write_scope(principal, base.authority)
        async with self._running:
            laws = await asyncio.to_thread(lambda: list(self._laws()))
            async with self._database.transaction(scope) as connection:
                present = {row.id for row in await repository.of_knowledge_base(connection, base.id)}
            changed = False
            for done, law in enumerate(laws, 1):
                changed |= await self._import(principal, scope, base, law, present)
                yield {"done": done, "total": len(laws), "title": law.document.title}
            if changed:
                async with self._database.transaction(scope) as connection:
                    homes = await self._catalogue.homes(connection, base.authority, base.id)
                for collection in homes.all:
                    await self._index.optimise(collection.id)
        sections = sum(len(law.document.sections) for law in laws)
        yield {"finished": True, "documents": len(laws), "sections": sections}

    async def _import(
        self,
        principal: Principal,
        scope: RowScope,
        base: knowledge_bases.Row,
        law: LawDocument,
        present: AbstractSet[UUID],
    ) -> bool:
        """Bring one law in; False if exactly this version is among the documents that are `present`."""
        content = await asyncio.to_thread(encode_document, law.document)
        version = hashlib.sha256(content).hexdigest()
        identifier = uuid5(law_document_id(base.id, law.key), version)
        if identifier in present:
            return False
        chunks = await asyncio.to_thread(law_chunks, law, identifier, version)
        meta = DocumentMeta(identifier, version, "document", base.id, None, base.protection_class, law.document.title)
        values = {"id": identifier, "version": version, "size": len(content), "points": len(chunks)}
        while True:
            written, whole = await self._write(scope, base, chunks, meta)
            async with self._database.transaction(scope) as connection:
                held = await self._catalogue.held(connection, base.authority, base.id)
                if held["active"] not in written:
                    continue  # another collection took its place meanwhile
                building = held.get("building")
                places: dict[str, Any] = {
                    "warnings": [] if whole else [BY_WORDS_ALONE],
                    "collection": held["active"],
                    "next_collection": building if building in written else None,
                }
                older = await self._store(connection, principal, base, law, content, values | places)
            break
        count("ready")
        for left in map(points_of, older):
            for name in left.collections:
                await self._index.delete_document(name, left.document)
        return True

    async def _write(
        self, scope: RowScope, base: knowledge_bases.Row, chunks: Sequence[Chunk], meta: DocumentMeta
    ) -> tuple[set[UUID], bool]:
        """Write points to every collection where they belong now; answers which these are, and `PointWriter.write`."""
        async with self._database.transaction(scope) as connection:
            homes = await self._catalogue.homes(connection, base.authority, base.id)
        whole = await self._points.write(homes.all, chunks, meta)
        return {collection.id for collection in homes.all}, whole

    async def _store(
        self,
        connection: AsyncConnection,
        principal: Principal,
        base: knowledge_bases.Row,
        law: LawDocument,
        content: bytes,
        values: dict[str, Any],
    ) -> list[repository.Row]:
        """Write object and row; answers the versions that it supersedes."""
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
                "name_digest": name_digest(key, f"law/{law.key}"),
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
