# SPDX-License-Identifier: EUPL-1.2
"""A running retrieval service with the shipped laws in it, for measurements through its HTTP API.

The laws come in by the service's own import before it starts. What a measurement wants otherwise (bodies alone, fewer
chunks) is changed on the way into the index, so that everything behind it is the product as it ships.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from genius_common.principal import ProtectionClass
from genius_retrieval.app import build
from genius_retrieval.chunks import Chunk
from genius_retrieval.index.port import CollectionIndex, CollectionSecrets, DocumentMeta
from genius_retrieval.ingest.points import PointWriter
from genius_retrieval.laws.documents import LawDocument, law_documents
from genius_retrieval.settings import Settings
from tests.support.postgres import running_postgres
from tests.support.retrieval import Office, RetrievalService, memory_folder, principal, running_service

Alter = Callable[[Sequence[Chunk], DocumentMeta], tuple[Sequence[Chunk], DocumentMeta]]


class AlteredIndex:
    """An index into which chunks come altered; everything else is the index's own."""

    def __init__(self, index: CollectionIndex, alter: Alter) -> None:
        self._index = index
        self._alter = alter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    async def upsert(
        self, collection: CollectionSecrets, chunks: Sequence[Chunk], meta: DocumentMeta, vectors: None = None
    ) -> None:
        assert vectors is None, "made of the unaltered chunks"
        chunks, meta = self._alter(chunks, meta)
        if chunks:
            await self._index.upsert(collection, chunks, meta)


@contextmanager
def law_service(
    bases: int = 1, alter: Callable[[int], Alter] | None = None, **extra: str
) -> Iterator[tuple[RetrievalService, UUID, list[UUID]]]:
    """The service, an authority, and its knowledge bases with the laws in each; `alter(n)` for the n-th of them."""
    authority, ids = uuid4(), [uuid4() for _ in range(bases)]
    with (
        running_postgres() as postgres,
        memory_folder() as folder,
        running_service(postgres, Path(folder), start=False, **extra) as service,
    ):
        asyncio.run(_fill(service.settings(), authority, ids, alter))
        yield service.start(), authority, ids


async def _fill(settings: Settings, authority: UUID, ids: Sequence[UUID], alter: Callable[[int], Alter] | None) -> None:
    laws: list[LawDocument] = list(law_documents())
    own = frozenset(ids)
    writer = principal(authority, knowledge_bases=own, writable_knowledge_bases=own)
    async with AsyncExitStack() as stack:
        parts = await build(settings, stack, works=True)
        importer: Any = parts.laws
        importer._laws = lambda: laws
        for number, base in enumerate(ids):
            await parts.knowledge_bases.put(writer, base, authority, ProtectionClass.OFFEN)
            into: Any = AlteredIndex(parts.index, alter(number)) if alter else parts.index
            importer._points = PointWriter(into, parts.models)
            row = await parts.laws.start(writer, base)
            async for _ in parts.laws.run(writer, row):
                pass


def reader(service: RetrievalService, authority: UUID, bases: Sequence[UUID]) -> Office:
    """Who may search in `bases`; tokens last five minutes: take a new `client()` now and then."""
    return Office(service, authority, bases[0])


def bodies_alone(sections: frozenset[str]) -> Alter:
    """Only these §§, without headings and anything made from them."""

    def alter(chunks: Sequence[Chunk], meta: DocumentMeta) -> tuple[Sequence[Chunk], DocumentMeta]:
        kept = [
            replace(chunk, heading="", context="", section_path=()) for chunk in chunks if chunk.source_id in sections
        ]
        return kept, replace(meta, title="")

    return alter
