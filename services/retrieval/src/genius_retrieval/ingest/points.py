# SPDX-License-Identifier: EUPL-1.2
"""Points of a document written to every collection where they belong, with dense vectors where it has any."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from genius_common.database import Database, RowScope
from genius_retrieval.chunks import Chunk
from genius_retrieval.collections import Collection
from genius_retrieval.dense.models import DenseModels
from genius_retrieval.dense.port import ModelUnavailable, Vector
from genius_retrieval.documents import repository
from genius_retrieval.index.port import CollectionIndex, DocumentMeta
from genius_retrieval.ingest.progress import Told, untold

_SLICE = 200
"""Chunks between two counts: some seconds of work for a model, a fraction of one without."""


class PointWriter:
    """Replaces the points of one document."""

    def __init__(self, index: CollectionIndex, models: DenseModels) -> None:
        self._index = index
        self._models = models

    async def write(
        self, homes: Sequence[Collection], chunks: Sequence[Chunk], meta: DocumentMeta, told: Told = untold
    ) -> bool:
        """Whether the points have all that their collections hold; False = found by words alone until written again.

        `told` counts chunks, each once for every collection: where a model is asked, when it has answered. What is
        replaced stays until then. Raises: IndexUnavailable.
        """
        whole, known = True, dict[str, list[Vector]]()
        for place, collection in enumerate(homes):
            told_here = _from(told, place * len(chunks), len(chunks) * len(homes))
            try:
                vectors = await self._vectors(collection, chunks, known, told_here)
            except ModelUnavailable:
                vectors, whole = None, False
            if await self._index.count(collection.id, meta.document):
                await self._index.delete_document(collection.id, meta.document)
            for start in range(0, len(chunks), _SLICE):
                part = slice(start, start + _SLICE)
                await self._index.upsert(collection, chunks[part], meta, vectors and vectors[part])
                if vectors is None:
                    await told_here(min(start + _SLICE, len(chunks)))
        return whole

    async def update(
        self, homes: Sequence[Collection], chunks: Sequence[Chunk], meta: DocumentMeta, older: UUID
    ) -> tuple[bool, int]:
        """Write what `older`, the version before, does not have, and let the document share the rest with it.

        Answers what `write` answers, of the points written, and how many these are in one collection at most. What only
        `older` has stays, until that is deleted. Raises: IndexUnavailable.
        """
        whole, written = True, 0
        for collection in homes:
            kept = await self._index.adopt(collection, chunks, meta, older)
            fresh = [chunk for chunk in chunks if chunk.id not in kept]
            written = max(written, len(fresh))
            if not fresh:
                continue
            try:
                vectors = await self._vectors(collection, fresh, {})
            except ModelUnavailable:
                vectors, whole = None, False
            await self._index.upsert(collection, fresh, meta, vectors)
        return whole, written

    async def _vectors(
        self,
        collection: Collection,
        chunks: Sequence[Chunk],
        known: dict[str, list[Vector]],
        told: Callable[[int], Awaitable[None]] | None = None,
    ) -> list[Vector] | None:
        """Vectors of the collection's model; the same for several collections are made once."""
        wanted: dict[str, Any] | None = collection.profile.get("dense")
        if wanted is None:
            return None
        model = self._models.of(collection.profile)
        if model is None:
            raise ModelUnavailable
        name = wanted["model"]
        if name not in known:
            made: list[Vector] = []
            for start in range(0, len(chunks), _SLICE):
                made += await model.passages([passage(chunk) for chunk in chunks[start : start + _SLICE]])
                if told:
                    await told(len(made))
            known[name] = made
        return known[name]


def _from(told: Told, before: int, total: int) -> Callable[[int], Awaitable[None]]:
    """Tells of chunks of one collection, after `before` of others."""

    async def tell(done: int) -> None:
        await told("chunks", before + done, total)

    return tell


@asynccontextmanager
async def versions_held(database: Database, scope: RowScope, knowledge_base: UUID) -> AsyncIterator[None]:
    """Nobody else writes points of laws in this knowledge base, in whatever process, until this ends.

    Two versions of a law share points: else one could take back what the other has just got.
    """
    async with database.transaction(scope) as connection:
        await repository.claim_laws(connection, knowledge_base)
        yield


def passage(chunk: Chunk) -> str:
    """What of a chunk its vector is made of: the heading says what the text is about."""
    return f"{chunk.heading}\n{chunk.text}" if chunk.heading else chunk.text
