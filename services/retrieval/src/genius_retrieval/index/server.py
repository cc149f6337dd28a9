# SPDX-License-Identifier: EUPL-1.2
"""The index in a Qdrant server (1.19 or newer): one collection each, named by its id, one token each.

The service has no key of the server: the minter makes and removes collections and gives out tokens for one collection
and one operation class (`server_tokens`). What can't be asked is `IndexUnavailable`, never an empty answer; only a
collection that the server says it does not have is empty, like one that was never written to.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from qdrant_client import AsyncQdrantClient, models

from genius_retrieval.chunks import Chunk
from genius_retrieval.errors import IndexUnavailable
from genius_retrieval.index.filters import access_filter, held_filter, point_filter, shared_filter, value_filter
from genius_retrieval.index.payload import (
    DOCUMENT,
    KNOWLEDGE_BASE,
    LATER,
    SEALED,
    documents_of,
    from_payload,
    resealed,
    shared_with,
    shared_without,
    to_payload,
    unpacked,
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
from genius_retrieval.index.server_calls import LARGEST_PAGE, WRITE_S, CollectionMissing, connect, typed_failures
from genius_retrieval.index.server_filters import SERVER
from genius_retrieval.index.server_tokens import Minter
from genius_retrieval.index.terms import KeyedTerms
from genius_retrieval.minter.tokens import Operation
from genius_retrieval.text.fields import terms_of

R = TypeVar("R")
_BATCH = 100
_TOKEN: ContextVar[str] = ContextVar("qdrant_token")
"""The token of the running call. Without one the client fails before it sends anything."""


class ServerIndex:
    """`CollectionIndex` on the server at `url`.

    Writers of this process take turns where they read before they write. Beside the service there is its worker: what
    two versions of a law share is written by one of both at a time (`versions_held`).
    """

    def __init__(self, url: str, minter: Minter) -> None:
        self._client = connect(url, token=_TOKEN.get)
        self._minter = minter
        self._terms: dict[UUID, KeyedTerms] = defaultdict(KeyedTerms)
        self._made: set[UUID] = set()
        self._writing: dict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def engine(self) -> str:
        return f"Qdrant-Server {self._minter.server}".rstrip()

    async def ready(self) -> bool:
        return await self._minter.ready()

    async def upsert(
        self,
        collection: CollectionSecrets,
        chunks: Sequence[Chunk],
        meta: DocumentMeta,
        vectors: Sequence[Sequence[float]] | None = None,
    ) -> None:
        if collection.id not in self._made:
            await self._make(collection.id, collection.dense_size)
        for start in range(0, len(chunks), _BATCH):
            # Keyed ids and sealing take milliseconds a batch: kept off the event loop.
            points = await asyncio.to_thread(
                self._points,
                collection,
                chunks[start : start + _BATCH],
                meta,
                vectors[start : start + _BATCH] if vectors else None,
            )
            async with self._writing[collection.id]:
                await self._put(collection, points)

    async def adopt(
        self, collection: CollectionSecrets, chunks: Sequence[Chunk], meta: DocumentMeta, older: UUID
    ) -> set[UUID]:
        adopted = set[UUID]()
        for start in range(0, len(chunks), _BATCH):
            batch = {chunk.id: chunk for chunk in chunks[start : start + _BATCH]}

            def anew(point: UUID, payload: dict[str, Any], batch: dict[UUID, Chunk] = batch) -> dict[str, Any]:
                return shared_with(payload, to_payload(collection, batch[point], meta))

            adopted.update(await self._rewrite(collection.id, held_filter(SERVER, list(batch), older), anew))
        return adopted

    async def delete_document(self, collection: UUID, document: UUID) -> None:
        shared = shared_filter(SERVER, document)
        while await self._rewrite(collection, shared, lambda _, payload: shared_without(payload, document)):
            pass
        await self._delete(collection, value_filter(SERVER, DOCUMENT, document))

    async def delete_knowledge_base(self, collection: UUID, knowledge_base: UUID) -> None:
        await self._delete(collection, value_filter(SERVER, KNOWLEDGE_BASE, knowledge_base))

    async def drop(self, collection: UUID) -> None:
        async with self._writing[collection]:
            await self._minter.drop(collection)
            self._made.discard(collection)
        self._terms.pop(collection, None)

    async def count(self, collection: UUID, document: UUID | None = None) -> int:
        what = value_filter(SERVER, DOCUMENT, document) if document else None
        try:
            found = await self._call(
                collection, "read", lambda client: client.count(str(collection), count_filter=what, exact=True)
            )
        except CollectionMissing:
            return 0
        return found.count

    async def documents(self, collection: UUID) -> dict[UUID, int]:
        # Point by point: the server counts values up to a limit, and leaves out the rest without a word.
        held, offset = Counter[UUID](), None
        while True:
            try:
                records, offset = await self._page(collection, offset, [DOCUMENT], LARGEST_PAGE)
            except CollectionMissing:
                return {}
            held.update(document for record in records for document in documents_of(record.payload or {}))
            if offset is None:
                return dict(held)

    async def search(
        self, collection: CollectionSecrets, branches: Sequence[Branch | DenseBranch], access: Access
    ) -> Hits:
        nothing = Hits(tuple(() for _ in branches))
        if access.empty or not branches:
            return nothing
        requests = await asyncio.to_thread(self._requests, collection, branches, access)
        try:
            answers = await self._call(
                collection.id, "read", lambda client: client.query_batch_points(str(collection.id), requests)
            )
        except CollectionMissing:
            return nothing
        return Hits(tuple(tuple(Scored(_uuid(hit.id), hit.score) for hit in answer.points) for answer in answers))

    async def fetch(
        self, collection: CollectionSecrets, points: Sequence[UUID], access: Access
    ) -> dict[UUID, IndexedChunk]:
        if access.empty or not points:
            return {}
        what = point_filter(SERVER, points, access)
        try:
            records, _ = await self._call(
                collection.id,
                "read",
                lambda client: client.scroll(str(collection.id), scroll_filter=what, limit=len(points)),
            )
        except CollectionMissing:
            return {}
        found = [from_payload(collection, _uuid(record.id), unpacked(record.payload or {})) for record in records]
        return {chunk.point: chunk for chunk in found if chunk.within(access)}

    async def candidates(
        self,
        collection: CollectionSecrets,
        branches: Sequence[Branch | DenseBranch],
        access: Access,
        chosen: Callable[[Hits], Sequence[UUID]],
    ) -> tuple[Hits, dict[UUID, IndexedChunk]]:
        hits = await self.search(collection, branches, access)
        return hits, await self.fetch(collection, chosen(hits), access)

    async def optimise(self, collection: UUID) -> None:
        """Nothing to ask for: the server makes segments compact by itself and answers meanwhile."""

    async def reseal(self, collection: UUID, anew: Callable[[UUID, str], str | None]) -> int:
        done, offset = 0, None
        while True:
            # Read and written under one lock: nobody replaces the point in between.
            async with self._writing[collection]:
                try:
                    records, offset = await self._page(collection, offset, [SEALED, LATER], _BATCH)
                except CollectionMissing:
                    return done
                for record in records:
                    if fresh := resealed(record.payload or {}, partial(anew, _uuid(record.id))):
                        await self._replace(collection, _uuid(record.id), fresh)
                        done += 1
            if offset is None:
                return done

    async def close(self) -> None:
        await self._client.close()

    async def _call(
        self, collection: UUID, operation: Operation, request: Callable[[AsyncQdrantClient], Awaitable[R]]
    ) -> R:
        """One request with the token of its collection. Raises: CollectionMissing, IndexUnavailable, IndexFailed."""
        reset = _TOKEN.set(await self._minter.token(collection, operation))
        try:
            async with typed_failures(lambda: self._minter.forget(collection, operation)):
                return await request(self._client)
        finally:
            _TOKEN.reset(reset)

    async def _make(self, collection: UUID, dense_size: int | None) -> None:
        await self._minter.ensure(collection, dense_size)
        self._made.add(collection)

    async def _put(self, collection: CollectionSecrets, points: list[models.PointStruct]) -> None:
        for attempt in range(2):
            try:
                await self._call(
                    collection.id,
                    "write",
                    lambda client: client.upsert(str(collection.id), points, wait=True, timeout=WRITE_S),
                )
                return
            except CollectionMissing:
                # Removed behind our back, by a restored server for instance.
                if attempt:
                    raise IndexUnavailable from None
                await self._make(collection.id, collection.dense_size)

    async def _delete(self, collection: UUID, what: models.Filter) -> None:
        async with self._writing[collection]:
            try:
                await self._call(
                    collection,
                    "write",
                    lambda client: client.delete(str(collection), what, wait=True, timeout=WRITE_S),
                )
            except CollectionMissing:
                return

    async def _page(
        self, collection: UUID, offset: Any, fields: list[str], limit: int
    ) -> tuple[list[models.Record], Any]:
        """These fields of the next points, and where the page after them begins; None = there is none."""
        return await self._call(
            collection,
            "write",
            lambda client: client.scroll(str(collection), limit=limit, offset=offset, with_payload=fields),
        )

    async def _rewrite(
        self, collection: UUID, what: models.Filter, anew: Callable[[UUID, dict[str, Any]], dict[str, Any]]
    ) -> list[UUID]:
        """Replace the payloads of up to a batch of points, each in one step; answers which these are."""
        # Read and written under one lock: nobody replaces the point in between.
        async with self._writing[collection]:
            try:
                records, _ = await self._call(
                    collection,
                    "write",
                    lambda client: client.scroll(str(collection), scroll_filter=what, limit=_BATCH),
                )
            except CollectionMissing:
                return []
            found = {_uuid(record.id): record.payload or {} for record in records}
            changes = await asyncio.to_thread(
                lambda: [
                    models.OverwritePayloadOperation(
                        overwrite_payload=models.SetPayload(
                            payload=anew(point, payload), filter=SERVER.every([SERVER.points([point])])
                        )
                    )
                    for point, payload in found.items()
                ]
            )
            if changes:
                await self._call(
                    collection,
                    "write",
                    lambda client: client.batch_update_points(str(collection), changes, wait=True, timeout=WRITE_S),
                )
        return list(found)

    async def _replace(self, collection: UUID, point: UUID, fields: dict[str, Any]) -> None:
        # By filter: a point that is gone meanwhile is no error.
        what = SERVER.every([SERVER.points([point])])
        await self._call(
            collection,
            "write",
            lambda client: client.set_payload(str(collection), fields, points=what, wait=True, timeout=WRITE_S),
        )

    def _points(
        self,
        collection: CollectionSecrets,
        chunks: Sequence[Chunk],
        meta: DocumentMeta,
        vectors: Sequence[Sequence[float]] | None,
    ) -> list[models.PointStruct]:
        return [
            models.PointStruct(
                id=str(chunk.id),
                vector={
                    **{
                        name: self._vector(collection, terms)
                        for name, terms in terms_of(chunk, meta.title).items()
                        if terms
                    },
                    **({DENSE: list(vectors[place])} if vectors else {}),
                },
                payload=to_payload(collection, chunk, meta),
            )
            for place, chunk in enumerate(chunks)
        ]

    def _requests(
        self, collection: CollectionSecrets, branches: Sequence[Branch | DenseBranch], access: Access
    ) -> list[models.QueryRequest]:
        """Rarity is counted over exactly the points that `access` permits, in every branch."""
        what = access_filter(SERVER, access)
        params = models.SearchParams(idf=models.IdfCorpusParams(corpus=what))
        return [
            models.QueryRequest(
                query=list(branch.vector), using=DENSE, filter=what, limit=branch.limit, with_payload=False
            )
            if isinstance(branch, DenseBranch)
            else models.QueryRequest(
                query=self._vector(collection, branch.terms),
                using=branch.field,
                filter=what,
                params=params,
                limit=branch.limit,
                with_payload=False,
            )
            for branch in branches
        ]

    def _vector(self, collection: CollectionSecrets, terms: Any) -> models.SparseVector:
        indices, values = self._terms[collection.id].weights(collection.search_key, terms)
        return models.SparseVector(indices=indices, values=values)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
