# SPDX-License-Identifier: EUPL-1.2
"""The index in Qdrant Edge: the engine in this process, one shard folder a collection, this process its only writer.

Every call into the engine runs in a thread. A shard takes one writing call at a time; searches need no lock, also
while segments are optimised. The engine keeps Python's global lock during its calls, so that a slow one would stop the
whole service: points go in by small batches, and instead of the engine's `flush` (a dozen waits for the disk) only the
write-ahead log is synchronised, by us and without that lock. It is replayed after `kill -9` and after a power cut.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import qdrant_edge as edge
import structlog

from genius_retrieval.chunks import Chunk
from genius_retrieval.errors import IndexUnavailable, StorageFull
from genius_retrieval.index.edge_filters import EDGE
from genius_retrieval.index.edge_generations import (
    NotOptimised,
    clear_leftovers,
    generations,
    newest,
    optimised_copy,
    size_of,
    to_disk,
)
from genius_retrieval.index.edge_shard import Shard
from genius_retrieval.index.filters import held_filter, shared_filter, value_filter
from genius_retrieval.index.payload import (
    CLASS,
    DOCUMENT,
    KIND,
    KNOWLEDGE_BASE,
    SHARED,
    from_payload,
    may_be_opened,
    resealed,
    shared_with,
    shared_without,
    to_payload,
)
from genius_retrieval.index.port import (
    DENSE,
    Access,
    Branch,
    CollectionSecrets,
    DenseBranch,
    DocumentMeta,
    Hits,
    IndexedChunk,
    Scored,
)
from genius_retrieval.memory import give_back
from genius_retrieval.room import Room
from genius_retrieval.text.fields import FIELDS, terms_of

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
# About 10 ms in the engine.
_BATCH = 50
# A shard is optimised when this share of it, and not just a few points, was written since the last time.
_SHARE, _FEW = 0.2, 2_000
# Or when this many are new and nothing was written for so long.
_SOME, _REST_S = 500, 60.0
_EXACT = edge.SearchParams(exact=True)


class EdgeIndex:
    """`CollectionIndex` on shards below `folder`; nobody else may open them meanwhile."""

    def __init__(self, folder: Path, threads: int = 2, room: Room | None = None) -> None:
        self._folder = folder
        self._room = room
        self._pool = ThreadPoolExecutor(threads, "edge")
        self._slow = ThreadPoolExecutor(1, "edge-bulk")
        self._shards: dict[UUID, Shard] = {}
        self._dropped: set[UUID] = set()
        self._opening = threading.Lock()
        self._resting: dict[UUID, asyncio.TimerHandle] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        clear_leftovers(folder)

    @property
    def engine(self) -> str:
        return f"Qdrant Edge {version('qdrant-edge-py')}"

    async def ready(self) -> bool:
        return await asyncio.to_thread(self._usable)

    def _usable(self) -> bool:
        return self._folder.is_dir() and (self._room is None or self._room.writable)

    async def upsert(
        self,
        collection: CollectionSecrets,
        chunks: Sequence[Chunk],
        meta: DocumentMeta,
        vectors: Sequence[Sequence[float]] | None = None,
    ) -> None:
        self._require_room()
        await self._run(self._slow, self._upsert, collection, chunks, meta, vectors)
        self._rest(collection.id)

    async def adopt(
        self, collection: CollectionSecrets, chunks: Sequence[Chunk], meta: DocumentMeta, older: UUID
    ) -> set[UUID]:
        self._require_room()
        return await self._run(self._slow, self._adopt, collection, chunks, meta, older)

    async def delete_document(self, collection: UUID, document: UUID) -> None:
        await self._run(self._pool, self._unshare, collection, document)
        await self._run(self._pool, self._delete, collection, value_filter(EDGE, DOCUMENT, document))

    async def delete_knowledge_base(self, collection: UUID, knowledge_base: UUID) -> None:
        await self._run(self._pool, self._delete, collection, value_filter(EDGE, KNOWLEDGE_BASE, knowledge_base))

    async def drop(self, collection: UUID) -> None:
        await self._run(self._pool, self._drop, collection)

    async def count(self, collection: UUID, document: UUID | None = None) -> int:
        return await self._run(self._pool, self._count, collection, document)

    async def documents(self, collection: UUID) -> dict[UUID, int]:
        return await self._run(self._pool, self._documents, collection)

    async def search(
        self, collection: CollectionSecrets, branches: Sequence[Branch | DenseBranch], access: Access
    ) -> Hits:
        if access.empty or not branches:
            return Hits(tuple(() for _ in branches))
        return await self._run(self._pool, self._search, collection, branches, access)

    async def fetch(
        self, collection: CollectionSecrets, points: Sequence[UUID], access: Access
    ) -> dict[UUID, IndexedChunk]:
        if access.empty or not points:
            return {}
        return await self._run(self._pool, self._fetch, collection, points, access)

    async def candidates(
        self,
        collection: CollectionSecrets,
        branches: Sequence[Branch | DenseBranch],
        access: Access,
        chosen: Callable[[Hits], Sequence[UUID]],
    ) -> tuple[Hits, dict[UUID, IndexedChunk]]:
        if access.empty or not branches:
            return Hits(tuple(() for _ in branches)), {}
        return await self._run(self._pool, self._candidates, collection, branches, access, chosen)

    async def optimise(self, collection: UUID) -> None:
        await self._run(self._slow, self._optimise, collection)

    async def reseal(self, collection: UUID, anew: Callable[[UUID, str], str | None]) -> int:
        return await self._run(self._slow, self._reseal, collection, anew)

    async def close(self) -> None:
        """Wait for running calls, then write out and close every shard."""
        for waiting in self._resting.values():
            waiting.cancel()
        await asyncio.to_thread(self._close)

    async def _run(self, pool: ThreadPoolExecutor, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        assert not kwargs, "positional only"
        return await asyncio.get_running_loop().run_in_executor(pool, call, *args)

    def _open(self, collection: UUID, create: bool = False, dense_size: int | None = None) -> Shard | None:
        if found := self._shards.get(collection):
            return found
        with self._opening:
            if found := self._shards.get(collection):
                return found
            path = newest(self._folder, collection)
            if path is None:
                # Who began before it was dropped must not bring it back: nothing would ever remove it.
                if not create or collection in self._dropped:
                    return None
                path = self._folder / str(collection)
                _create(path, dense_size)
            if self._room and not self._room.writable:
                # The engine opens a shard for writing or not at all, and does not survive the attempt.
                log.warning("index can only be read", collection=str(collection))
                raise IndexUnavailable
            shard = self._shards[collection] = Shard(path)
            return shard

    def _upsert(
        self,
        collection: CollectionSecrets,
        chunks: Sequence[Chunk],
        meta: DocumentMeta,
        vectors: Sequence[Sequence[float]] | None,
    ) -> None:
        shard = self._open(collection.id, create=True, dense_size=collection.dense_size)
        if shard is None:
            return
        for start in range(0, len(chunks), _BATCH):
            points = [
                edge.Point(
                    id=chunk.id,
                    vector={
                        **{
                            name: shard.vector(collection.search_key, terms)
                            for name, terms in terms_of(chunk, meta.title).items()
                            if terms
                        },
                        **({DENSE: list(vectors[start + place])} if vectors else {}),
                    },
                    payload=to_payload(collection, chunk, meta),
                )
                for place, chunk in enumerate(chunks[start : start + _BATCH])
            ]
            with shard.writing:
                shard.update(edge.UpdateOperation.upsert_points(points))
                shard.fresh += len(points)
        with shard.writing:
            _sync_log(shard.path)
            due = shard.fresh >= max(_FEW, shard.engine.count(edge.CountRequest(exact=False)) * _SHARE)
        if due:
            # Behind this call in the same thread: whoever uploads next waits for it, nobody who searches.
            shard.fresh = 0
            self._slow.submit(self._optimise, collection.id)

    def _adopt(
        self, collection: CollectionSecrets, chunks: Sequence[Chunk], meta: DocumentMeta, older: UUID
    ) -> set[UUID]:
        shard, adopted = self._open(collection.id), set[UUID]()
        for start in range(0, len(chunks) if shard else 0, _BATCH):
            batch = {chunk.id: chunk for chunk in chunks[start : start + _BATCH]}
            request = edge.ScrollRequest(
                limit=len(batch), filter=held_filter(EDGE, list(batch), older), with_payload=True, with_vector=False
            )

            def anew(point: UUID, payload: dict[str, Any], batch: dict[UUID, Chunk] = batch) -> dict[str, Any]:
                return shared_with(payload, to_payload(collection, batch[point], meta))

            assert shard
            adopted.update(_rewrite(shard, request, anew))
        if shard and adopted:
            with shard.writing:
                _sync_log(shard.path)
        return adopted

    def _unshare(self, collection: UUID, document: UUID) -> None:
        shard = self._open(collection)
        request = edge.ScrollRequest(
            limit=_BATCH, filter=shared_filter(EDGE, document), with_payload=True, with_vector=False
        )
        while shard and _rewrite(shard, request, lambda _, payload: shared_without(payload, document)):
            pass

    def _delete(self, collection: UUID, what: Any) -> None:
        if shard := self._open(collection):
            with shard.writing:
                shard.update(edge.UpdateOperation.delete_points_by_filter(what))
                _sync_log(shard.path)

    def _drop(self, collection: UUID) -> None:
        with self._opening:
            self._dropped.add(collection)
            if shard := self._shards.pop(collection, None):
                with shard.writing:
                    shard.engine.close()
            for path in sorted(generations(self._folder, collection)):
                # Renamed first: a crash while files go must not leave half a collection.
                shutil.rmtree(path.rename(path.with_name(f"{path.name}.dropped")))

    def _count(self, collection: UUID, document: UUID | None) -> int:
        shard = self._open(collection)
        if shard is None:
            return 0
        what = value_filter(EDGE, DOCUMENT, document) if document else None
        with shard.reading() as engine:
            return int(engine.count(edge.CountRequest(exact=True, filter=what)))

    def _documents(self, collection: UUID) -> dict[UUID, int]:
        shard = self._open(collection)
        if shard is None:
            return {}
        with shard.reading() as engine:
            most = max(1, int(engine.count(edge.CountRequest(exact=True))))
            found = engine.facet(edge.FacetRequest(DOCUMENT, limit=most, exact=True))
        return {UUID(hit.value): hit.count for hit in found.hits if hit.count}

    def _search(self, collection: CollectionSecrets, branches: Sequence[Branch | DenseBranch], access: Access) -> Hits:
        shard = self._open(collection.id)
        if shard is None:
            return Hits(tuple(() for _ in branches))
        with shard.reading() as engine:
            return self._query(shard, engine, collection, branches, access)

    def _query(
        self,
        shard: Shard,
        engine: Any,
        collection: CollectionSecrets,
        branches: Sequence[Branch | DenseBranch],
        access: Access,
    ) -> Hits:
        what = shard.outlines.permitted(engine, access)
        params = edge.SearchParams(idf=edge.IdfParams(corpus=what))
        requests = [
            edge.QueryRequest(
                limit=branch.limit,
                query=edge.Query.Nearest(list(branch.vector), using=DENSE)
                if isinstance(branch, DenseBranch)
                else edge.Query.Nearest(shard.vector(collection.search_key, branch.terms), using=branch.field),
                filter=what,
                params=_EXACT if isinstance(branch, DenseBranch) else params,
                with_payload=False,
            )
            for branch in branches
        ]
        answers = engine.query_batch(edge.QueryBatchRequest(requests))
        return Hits(tuple(tuple([Scored(hit.id, hit.score) for hit in answer]) for answer in answers))

    def _fetch(self, collection: CollectionSecrets, points: Sequence[UUID], access: Access) -> dict[UUID, IndexedChunk]:
        shard = self._open(collection.id)
        if shard is None:
            return {}
        payloads = shard.payloads(points)
        found = [from_payload(collection, point, own) for point, own in payloads if may_be_opened(own, access)]
        return {chunk.point: chunk for chunk in found if chunk.within(access)}

    def _candidates(
        self,
        collection: CollectionSecrets,
        branches: Sequence[Branch | DenseBranch],
        access: Access,
        chosen: Callable[[Hits], Sequence[UUID]],
    ) -> tuple[Hits, dict[UUID, IndexedChunk]]:
        hits = self._search(collection, branches, access)
        return hits, self._fetch(collection, chosen(hits), access)

    def _reseal(self, collection: UUID, anew: Callable[[UUID, str], str | None]) -> int:
        shard, done, offset = self._open(collection), 0, None
        while shard:
            request = edge.ScrollRequest(limit=_BATCH, offset=offset, with_payload=True, with_vector=False)
            # Read and written under one lock: nobody replaces the point in between.
            with shard.writing:
                records, offset = shard.engine.scroll(request)
                for record in records:
                    if fresh := resealed(record.payload, partial(anew, _uuid(record.id))):
                        shard.update(edge.UpdateOperation.set_payload([record.id], fresh))
                        done += 1
            if offset is None:
                break
        if shard and done:
            with shard.writing:
                _sync_log(shard.path)
        return done

    def _require_room(self) -> None:
        """Raises: StorageFull. Deleting writes a little too, for which there is the reserve."""
        if self._room:
            self._room.require()

    def _optimise(self, collection: UUID) -> None:
        """Searches go on; writing calls wait. What fails leaves the shard as it was."""
        shard = self._open(collection)
        if shard is None:
            return
        if self._room and not self._room.has(size_of(shard.path)):
            log.warning("collection not optimised", collection=str(collection), error=StorageFull.__name__)
            return
        with shard.writing:
            shard.engine.flush()
            try:
                copy = optimised_copy(self._folder, collection, shard.path)
            except (NotOptimised, OSError) as error:
                log.warning("collection not optimised", collection=str(collection), error=type(error).__name__)
                return
            shard.replace(copy)
        log.info("collection optimised", collection=str(collection))

    def _rest(self, collection: UUID) -> None:
        """Optimise what is new when nothing was written for a while, and give back what writing took."""
        if waiting := self._resting.pop(collection, None):
            waiting.cancel()
        loop = asyncio.get_running_loop()
        self._resting[collection] = loop.call_later(_REST_S, self._slow.submit, self._tidy, collection)

    def _tidy(self, collection: UUID) -> None:
        shard = self._open(collection)
        if shard and shard.fresh >= _SOME:
            self._optimise(collection)
        give_back()

    def _close(self) -> None:
        self._pool.shutdown()
        self._slow.shutdown()
        with self._opening:
            for shard in self._shards.values():
                shard.engine.flush()
                shard.engine.close()
            self._shards.clear()


def _create(path: Path, dense_size: int | None) -> None:
    """Make the shard beside its place and move it there: it exists wholly or not at all."""
    fresh = path.with_suffix(".new")
    # In the page cache, not in the process: nearly a kilobyte a chunk less of its own, searches as fast (benchmarks).
    params = edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf, memory=edge.Memory.Cached)
    sparse = dict.fromkeys(FIELDS, params)
    config = edge.EdgeConfig(vectors=_dense(dense_size), sparse_vectors=sparse, max_search_threads=1)
    shard = edge.EdgeShard.create(str(fresh), config)
    for name in (DOCUMENT, KNOWLEDGE_BASE, KIND, CLASS, SHARED):
        # Deleting by a field without an index scans everything.
        shard.update(edge.UpdateOperation.create_field_index(name, edge.PayloadSchemaType.Keyword))
    shard.flush()
    shard.close()
    fresh.rename(path)


def _dense(size: int | None) -> dict[str, Any] | None:
    """Dense vectors are compared one by one (no graph): exact, also under narrow filters, and nothing to build."""
    if size is None:
        return None
    none = edge.HnswIndexConfig(m=0, ef_construct=4, full_scan_threshold=10)
    params = edge.EdgeVectorParams(
        size, edge.Distance.Cosine, datatype=edge.VectorStorageDatatype.Float16, hnsw_config=none, on_disk=True
    )
    return {DENSE: params}


def _rewrite(shard: Shard, request: Any, anew: Callable[[UUID, dict[str, Any]], dict[str, Any]]) -> list[UUID]:
    """Replace the payloads of the points that `request` names, each in one step; answers which these are."""
    # Read and written under one lock: nobody replaces the point in between.
    with shard.writing:
        records, _ = shard.engine.scroll(request)
        for record in records:
            payload = anew(_uuid(record.id), record.payload)
            shard.update(edge.UpdateOperation.overwrite_payload([record.id], payload))
        # The engine copies a point of a finished segment to change its payload.
        shard.fresh += len(records)
    return [_uuid(record.id) for record in records]


def _sync_log(path: Path) -> None:
    """Bring the write-ahead log of a shard to the disk."""
    folder = path / "wal"
    to_disk([*(file for file in folder.iterdir() if file.is_file()), folder])


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
