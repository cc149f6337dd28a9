# SPDX-License-Identifier: EUPL-1.2
"""What only the API key may do at the Qdrant server: make a collection and remove it."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import structlog
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from genius_retrieval.errors import IndexUnavailable
from genius_retrieval.index.payload import CLASS, DOCUMENT, KIND, KNOWLEDGE_BASE, SHARED
from genius_retrieval.index.port import DENSE
from genius_retrieval.index.server_calls import LARGEST_PAGE, WRITE_S, connect, typed_failures
from genius_retrieval.text.fields import FIELDS

log = structlog.get_logger(__name__)

OLDEST = (1, 19)
"""Older servers pass over `params.idf.corpus`: scores would tell how often foreign knowledge bases use a word."""
_VERSION_S, _ANSWER_S = 60.0, 2.0
_INDEXED = (DOCUMENT, KNOWLEDGE_BASE, KIND, CLASS, SHARED)
# What is asked beyond these is no request of ours. A filter on a field without an index would scan everything.
_STRICT = models.StrictModeConfig(
    enabled=True,
    unindexed_filtering_retrieve=False,
    unindexed_filtering_update=False,
    max_query_limit=LARGEST_PAGE,
    search_max_batchsize=64,
    upsert_max_batchsize=200,
)


class QdrantServer:
    """The server with its API key."""

    def __init__(self, url: str, api_key: str) -> None:
        self._client: AsyncQdrantClient = connect(url, api_key=api_key, seconds=WRITE_S)
        self._version = ""
        self._asked_at = -_VERSION_S

    async def version(self, within: float = _VERSION_S) -> str:
        """What the server is, as of `within` seconds. Raises: IndexUnavailable, also for one that is too old."""
        if time.monotonic() - self._asked_at > within:
            try:
                async with typed_failures(), asyncio.timeout(_ANSWER_S):
                    self._version = (await self._client.info()).version
            except TimeoutError:
                raise IndexUnavailable from None
            self._asked_at = time.monotonic()
        if not is_new_enough(self._version):
            log.error("qdrant server is too old", version=self._version, oldest=".".join(map(str, OLDEST)))
            raise IndexUnavailable
        return self._version

    async def ensure(self, collection: UUID, dense_size: int | None = None) -> None:
        """Make the collection with all indexes, or what an interrupted call left out of it."""
        await self.version()
        name = str(collection)
        async with typed_failures():
            if not await self._client.collection_exists(name):
                await self._create(name, dense_size)
            info = await self._client.get_collection(name)
            for field in _INDEXED:
                if field not in info.payload_schema:
                    await self._client.create_payload_index(name, field, models.PayloadSchemaType.KEYWORD, wait=True)

    async def drop(self, collection: UUID) -> None:
        """Remove the collection with its files; one that is not there is removed."""
        async with typed_failures():
            await self._client.delete_collection(str(collection))

    async def close(self) -> None:
        await self._client.close()

    async def _create(self, name: str, dense_size: int | None) -> None:
        sparse = {field: models.SparseVectorParams(modifier=models.Modifier.IDF) for field in FIELDS}
        try:
            # One shard: the server counts how rare a word is within a shard.
            await self._client.create_collection(
                name,
                vectors_config=_dense(dense_size),
                sparse_vectors_config=sparse,
                shard_number=1,
                strict_mode_config=_STRICT,
            )
        except UnexpectedResponse as error:
            if error.status_code != 409:  # made by another call meanwhile
                raise


def _dense(size: int | None) -> dict[str, models.VectorParams]:
    """Dense vectors on the disk, their graph with the server's defaults."""
    return {DENSE: models.VectorParams(size=size, distance=models.Distance.COSINE, on_disk=True)} if size else {}


def is_new_enough(version: str) -> bool:
    """Whether `version` (1.19.0, 1.20.0-dev …) is at least `OLDEST`; what is no version is not."""
    try:
        major, minor = version.split(".")[:2]
        return (int(major), int(minor)) >= OLDEST
    except ValueError:
        return False
