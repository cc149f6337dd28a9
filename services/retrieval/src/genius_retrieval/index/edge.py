# SPDX-License-Identifier: EUPL-1.2
"""The index in Qdrant Edge: the engine in this process, one shard folder a collection, this process its only writer.

Every call into the engine runs in a thread. A shard takes one writing call at a time; searches need no lock, also
while segments are optimised. The engine keeps Python's global lock during its calls, so that a slow one would stop the
whole service: points go in by small batches, and instead of the engine's `flush` (a dozen waits for the disk) only the
write-ahead log is synchronised, by us and without that lock. It is replayed after `kill -9` and after a power cut.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import qdrant_edge as edge
import structlog

from genius_retrieval.chunks import Chunk
from genius_retrieval.index.edge_filters import EDGE, corpus_filter
from genius_retrieval.index.filters import access_filter, point_filter, value_filter
from genius_retrieval.index.payload import CLASS, DOCUMENT, KIND, KNOWLEDGE_BASE, SEALED, from_payload, to_payload
from genius_retrieval.index.port import Access, Branch, CollectionSecrets, DocumentMeta, Hits, IndexedChunk, Scored
from genius_retrieval.index.terms import KeyedTerms
from genius_retrieval.text.fields import FIELDS, terms_of

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
# About 10 ms in the engine.
_BATCH = 50


class _Shard:
    """An open shard with its write lock and its term ids."""

    def __init__(self, shard: Any) -> None:
        self.engine = shard
        self.writing = threading.Lock()
        self._terms = KeyedTerms()

    def vector(self, key: bytes, terms: Mapping[str, float]) -> Any:
        indices, values = self._terms.weights(key, terms)
        return edge.SparseVector(indices=indices, values=values)


class EdgeIndex:
    """`CollectionIndex` on shards below `folder`; nobody else may open them meanwhile."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(threads, "edge")
        self._slow = ThreadPoolExecutor(1, "edge-bulk")
        self._shards: dict[UUID, _Shard] = {}
        self._opening = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for leftover in (*folder.glob("*.new"), *folder.glob("*.dropped")):
            shutil.rmtree(leftover)

    @property
    def engine(self) -> str:
        return f"Qdrant Edge {version('qdrant-edge-py')}"

    async def ready(self) -> bool:
        return await asyncio.to_thread(self._folder.is_dir)

    async def upsert(self, collection: CollectionSecrets, chunks: Sequence[Chunk], meta: DocumentMeta) -> None:
        await self._run(self._slow, self._upsert, collection, chunks, meta)

    async def delete_document(self, collection: UUID, document: UUID) -> None:
        await self._run(self._pool, self._delete, collection, value_filter(EDGE, DOCUMENT, document))

    async def delete_knowledge_base(self, collection: UUID, knowledge_base: UUID) -> None:
        await self._run(self._pool, self._delete, collection, value_filter(EDGE, KNOWLEDGE_BASE, knowledge_base))

    async def drop(self, collection: UUID) -> None:
        await self._run(self._pool, self._drop, collection)

    async def count(self, collection: UUID, document: UUID | None = None) -> int:
        return await self._run(self._pool, self._count, collection, document)

    async def documents(self, collection: UUID) -> dict[UUID, int]:
        return await self._run(self._pool, self._documents, collection)

    async def search(self, collection: CollectionSecrets, branches: Sequence[Branch], access: Access) -> Hits:
        if access.empty or not branches:
            return Hits(tuple(() for _ in branches))
        return await self._run(self._pool, self._search, collection, branches, access)

    async def fetch(
        self, collection: CollectionSecrets, points: Sequence[UUID], access: Access
    ) -> dict[UUID, IndexedChunk]:
        if access.empty or not points:
            return {}
        return await self._run(self._pool, self._fetch, collection, points, access)

    async def optimise(self, collection: UUID) -> None:
        await self._run(self._slow, self._optimise, collection)

    async def reseal(self, collection: UUID, anew: Callable[[UUID, str], str | None]) -> int:
        return await self._run(self._slow, self._reseal, collection, anew)

    async def close(self) -> None:
        """Wait for running calls, then write out and close every shard."""
        await asyncio.to_thread(self._close)

    async def _run(self, pool: ThreadPoolExecutor, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        assert not kwargs, "positional only"
        return await asyncio.get_running_loop().run_in_executor(pool, call, *args)

    def _path(self, collection: UUID) -> Path:
        return self._folder / str(collection)

    def _open(self, collection: UUID, create: bool = False) -> _Shard | None:
        if found := self._shards.get(collection):
            return found
        with self._opening:
            if found := self._shards.get(collection):
                return found
            path = self._path(collection)
            if not path.exists():
                if not create:
                    return None
                _create(path)
            shard = self._shards[collection] = _Shard(edge.EdgeShard.load(str(path)))
            return shard

    def _upsert(self, collection: CollectionSecrets, chunks: Sequence[Chunk], meta: DocumentMeta) -> None:
        shard = self._open(collection.id, create=True)
        assert shard
        for start in range(0, len(chunks), _BATCH):
            points = [
                edge.Point(
                    id=chunk.id,
                    vector={
                        name: shard.vector(collection.search_key, terms)
                        for name, terms in terms_of(chunk, meta.title).items()
                        if terms
                    },
                    payload=to_payload(collection, chunk, meta),
                )
                for chunk in chunks[start : start + _BATCH]
            ]
            with shard.writing:
                shard.engine.update(edge.UpdateOperation.upsert_points(points))
        _sync_log(self._path(collection.id))

    def _delete(self, collection: UUID, what: Any) -> None:
        if shard := self._open(collection):
            with shard.writing:
                shard.engine.update(edge.UpdateOperation.delete_points_by_filter(what))
            _sync_log(self._path(collection))

    def _drop(self, collection: UUID) -> None:
        with self._opening:
            if shard := self._shards.pop(collection, None):
                with shard.writing:
                    shard.engine.close()
            path = self._path(collection)
            if path.exists():
                # Renamed first: a crash while files go must not leave half a collection.
                shutil.rmtree(path.rename(path.with_suffix(".dropped")))

    def _count(self, collection: UUID, document: UUID | None) -> int:
        shard = self._open(collection)
        if shard is None:
            return 0
        what = value_filter(EDGE, DOCUMENT, document) if document else None
        return int(shard.engine.count(edge.CountRequest(exact=True, filter=what)))

    def _documents(self, collection: UUID) -> dict[UUID, int]:
        shard = self._open(collection)
        if shard is None:
            return {}
        most = max(1, int(shard.engine.count(edge.CountRequest(exact=True))))
        found = shard.engine.facet(edge.FacetRequest(DOCUMENT, limit=most, exact=True))
        return {UUID(hit.value): hit.count for hit in found.hits if hit.count}

    def _search(self, collection: CollectionSecrets, branches: Sequence[Branch], access: Access) -> Hits:
        shard = self._open(collection.id)
        if shard is None:
            return Hits(tuple(() for _ in branches))
        what = access_filter(EDGE, access)
        params = edge.SearchParams(idf=edge.IdfParams(corpus=corpus_filter(shard.engine, access)))
        requests = [
            edge.QueryRequest(
                limit=branch.limit,
                query=edge.Query.Nearest(shard.vector(collection.search_key, branch.terms), using=branch.field),
                filter=what,
                params=params,
                with_payload=False,
            )
            for branch in branches
        ]
        answers = shard.engine.query_batch(edge.QueryBatchRequest(requests))
        return Hits(tuple(tuple(Scored(_uuid(hit.id), hit.score) for hit in answer) for answer in answers))

    def _fetch(self, collection: CollectionSecrets, points: Sequence[UUID], access: Access) -> dict[UUID, IndexedChunk]:
        shard = self._open(collection.id)
        if shard is None:
            return {}
        request = edge.ScrollRequest(
            limit=len(points), filter=point_filter(EDGE, points, access), with_payload=True, with_vector=False
        )
        records, _ = shard.engine.scroll(request)
        found = [from_payload(collection, _uuid(record.id), record.payload) for record in records]
        return {chunk.point: chunk for chunk in found if access.permits(chunk.meta)}

    def _reseal(self, collection: UUID, anew: Callable[[UUID, str], str | None]) -> int:
        shard, done, offset = self._open(collection), 0, None
        while shard:
            request = edge.ScrollRequest(limit=_BATCH, offset=offset, with_payload=True, with_vector=False)
            # Read and written under one lock: nobody replaces the point in between.
            with shard.writing:
                records, offset = shard.engine.scroll(request)
                for record in records:
                    if fresh := anew(_uuid(record.id), record.payload[SEALED]):
                        shard.engine.update(edge.UpdateOperation.set_payload([record.id], {SEALED: fresh}))
                        done += 1
            if offset is None:
                break
        if done:
            _sync_log(self._path(collection))
        return done

    def _optimise(self, collection: UUID) -> None:
        if shard := self._open(collection):
            shard.engine.optimize()
            log.info("collection optimised", collection=str(collection))

    def _close(self) -> None:
        self._pool.shutdown()
        self._slow.shutdown()
        with self._opening:
            for shard in self._shards.values():
                shard.engine.flush()
                shard.engine.close()
            self._shards.clear()


def _create(path: Path) -> None:
    """Make the shard beside its place and move it there: it exists wholly or not at all."""
    fresh = path.with_suffix(".new")
    sparse = {name: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf) for name in FIELDS}
    shard = edge.EdgeShard.create(str(fresh), edge.EdgeConfig(sparse_vectors=sparse, max_search_threads=1))
    for name in (DOCUMENT, KNOWLEDGE_BASE, KIND, CLASS):
        # Deleting by a field without an index scans everything.
        shard.update(edge.UpdateOperation.create_field_index(name, edge.PayloadSchemaType.Keyword))
    shard.flush()
    shard.close()
    fresh.rename(path)


def _sync_log(path: Path) -> None:
    """Bring the write-ahead log of a shard to the disk. `os.fsync` lets other threads run meanwhile."""
    folder = path / "wal"
    for name in (*(file for file in folder.iterdir() if file.is_file()), folder):
        handle = os.open(name, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
