# SPDX-License-Identifier: EUPL-1.2
"""What the platform needs of a search index. One collection per authority and per tenant-wide knowledge base.

Adapters hold keyed term ids, encrypted payloads and the clear ids listed in docs/explanation/search.md, nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from genius_common.crypto import ContentKey, KeyBundle
from genius_common.principal import ProtectionClass
from genius_retrieval.chunks import Chunk

DENSE = "dense"
"""Name of the dense vector of a point."""


class CollectionSecrets(Protocol):
    """A collection that the caller was allowed to load (`genius_retrieval.collections.Collection`)."""

    @property
    def id(self) -> UUID: ...
    @property
    def search_key(self) -> bytes: ...
    @property
    def content_key(self) -> ContentKey | KeyBundle: ...
    @property
    def profile(self) -> Mapping[str, Any]:
        """What its terms and vectors were made with."""
        ...

    @property
    def dense_size(self) -> int | None:
        """Numbers of a dense vector of its points; None = it has none."""
        ...


@dataclass(frozen=True, slots=True)
class DocumentMeta:
    """What is true for all chunks of a document. `owner` is the person of a file, `knowledge_base` None for files."""

    document: UUID
    version: str
    kind: str
    knowledge_base: UUID | None
    owner: UUID | None
    protection_class: str
    title: str


@dataclass(frozen=True, slots=True)
class Access:
    """What a search may see. Nothing listed = nothing seen.

    `documents` narrows the knowledge bases (None = all their documents), `without` takes single ones out of them.
    `files` are visible only to their `owner`.
    """

    knowledge_bases: frozenset[UUID] = frozenset()
    documents: frozenset[UUID] | None = None
    files: frozenset[UUID] = frozenset()
    owner: UUID | None = None
    classification: ProtectionClass = ProtectionClass.INTERN
    without: frozenset[UUID] = frozenset()

    @property
    def empty(self) -> bool:
        bases = bool(self.knowledge_bases) and self.documents != frozenset()
        return not bases and not (self.files and self.owner)

    def permits(self, meta: DocumentMeta) -> bool:
        """Whether a point with these clear values may leave: the check at answer time, in no engine's hands."""
        if not self.classification.covers(meta.protection_class) or meta.document in self.without:
            return False
        if meta.kind == "file":
            return self.owner is not None and meta.owner == self.owner and meta.document in self.files
        inside = meta.knowledge_base is not None and meta.knowledge_base in self.knowledge_bases
        return inside and (self.documents is None or meta.document in self.documents)


@dataclass(frozen=True, slots=True)
class Branch:
    """One weighted list of terms against one field (`genius_retrieval.text.fields`)."""

    field: str
    terms: Mapping[str, float]
    limit: int = 100


@dataclass(frozen=True, slots=True)
class DenseBranch:
    """The points nearest to a vector of length 1, by cosine."""

    vector: Sequence[float]
    limit: int = 100


class Scored(NamedTuple):
    """Several hundred a search."""

    point: UUID
    score: float


@dataclass(frozen=True, slots=True)
class IndexedChunk:
    """A chunk as the index gives it back, decrypted."""

    point: UUID
    meta: DocumentMeta
    text: str
    char_from: int
    char_to: int
    ordinal: int
    page: int | None = None
    section_path: tuple[str, ...] = ()
    source_id: str | None = None
    as_of: dt.date | None = None
    heading: str = ""
    context: str = ""
    page_breaks: tuple[int, ...] = ()
    # Where a later version of the document has the same point: what it is there.
    later: IndexedChunk | None = None

    def within(self, access: Access) -> bool:
        """Whether `access` permits it, as one of the versions that it is part of."""
        return access.permits(self.meta) or (self.later is not None and access.permits(self.later.meta))


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer to `search`: one list per branch, best first."""

    branches: tuple[tuple[Scored, ...], ...] = field(default=())


class CollectionIndex(Protocol):
    """All operations are safe to repeat. A collection begins with its first `upsert`; an unknown one is empty.

    An index that can't be asked raises `IndexUnavailable` (503) and is never answered as empty.
    """

    @property
    def engine(self) -> str:
        """What it runs on, with its version, for operators."""
        ...

    async def ready(self) -> bool:
        """Whether it can be asked now."""
        ...

    async def upsert(
        self,
        collection: CollectionSecrets,
        chunks: Sequence[Chunk],
        meta: DocumentMeta,
        vectors: Sequence[Sequence[float]] | None = None,
    ) -> None:
        """Index chunks of one document; durable and visible when it returns.

        `vectors`: one a chunk of `collection.dense_size`; without them the points are found by words alone.
        """
        ...

    async def adopt(
        self, collection: CollectionSecrets, chunks: Sequence[Chunk], meta: DocumentMeta, older: UUID
    ) -> set[UUID]:
        """Let `meta.document` share those points of `chunks` that `older` has; answers which these are.

        Their terms and vectors stay as they are. Until one of the two is deleted, a point is found once and `fetch`
        tells what it is in both (`IndexedChunk.later`).
        """
        ...

    async def delete_document(self, collection: UUID, document: UUID) -> None:
        """Remove the points of a document; those that another version shares stay with that one."""
        ...

    async def delete_knowledge_base(self, collection: UUID, knowledge_base: UUID) -> None: ...

    async def drop(self, collection: UUID) -> None:
        """Remove the collection with its files; what is written to it after that is lost."""
        ...

    async def count(self, collection: UUID, document: UUID | None = None) -> int:
        """Number of points, of one document or of all."""
        ...

    async def documents(self, collection: UUID) -> dict[UUID, int]:
        """Number of points of each document that has any."""
        ...

    async def search(
        self, collection: CollectionSecrets, branches: Sequence[Branch | DenseBranch], access: Access
    ) -> Hits:
        """Score lists of each branch among the points that `access` permits, IDF over exactly these points."""
        ...

    async def fetch(
        self, collection: CollectionSecrets, points: Sequence[UUID], access: Access
    ) -> dict[UUID, IndexedChunk]:
        """Payloads of points; what `access` does not permit is left out."""
        ...

    async def candidates(
        self,
        collection: CollectionSecrets,
        branches: Sequence[Branch | DenseBranch],
        access: Access,
        chosen: Callable[[Hits], Sequence[UUID]],
    ) -> tuple[Hits, dict[UUID, IndexedChunk]]:
        """`search`, and `fetch` of what `chosen` picks of its lists; that may be called in another thread."""
        ...

    async def optimise(self, collection: UUID) -> None:
        """Make segments compact after a bulk import; searches go on meanwhile."""
        ...

    async def reseal(self, collection: UUID, anew: Callable[[UUID, str], str | None]) -> int:
        """Replace sealed payloads by what `anew(point, sealed)` answers (None = leave); answers of how many points."""
        ...

    async def close(self) -> None: ...
