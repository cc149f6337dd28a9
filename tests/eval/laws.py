# SPDX-License-Identifier: EUPL-1.2
"""The shipped laws in a real Qdrant Edge collection, for evaluations and tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from genius_common.crypto import ContentKey, new_secret
from genius_retrieval.chunks import Chunk
from genius_retrieval.index.edge import EdgeIndex
from genius_retrieval.index.port import Access, DocumentMeta
from genius_retrieval.laws.documents import law_chunks, law_document_id, law_documents
from genius_retrieval.search.service import SearchScope

KNOWLEDGE_BASE = UUID(int=62)


@dataclass(frozen=True)
class Secrets:
    """A collection with keys of its own."""

    id: UUID
    search_key: bytes
    content_key: ContentKey
    dense_size: int | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)


def new_collection(dense_size: int | None = None) -> Secrets:
    return Secrets(uuid4(), new_secret(), ContentKey(uuid4(), new_secret()), dense_size)


def bodies_only(chunk: Chunk) -> Chunk:
    return replace(chunk, heading="", context="", section_path=())


async def index_laws(
    folder: Path,
    laws: frozenset[str] | None = None,
    sections: frozenset[str] | None = None,
    change: Callable[[Chunk], Chunk] | None = None,
) -> tuple[EdgeIndex, SearchScope]:
    """Import all laws, or those with these citation names, or only these §§; `change` alters each chunk before."""
    index, collection = EdgeIndex(folder), new_collection()
    documents = 0
    for law in law_documents():
        if laws is not None and law.citation not in laws:
            continue
        identifier = law_document_id(KNOWLEDGE_BASE, law.key)
        chunks = [c for c in law_chunks(law, identifier, KNOWLEDGE_BASE) if sections is None or c.source_id in sections]
        title = law.document.title
        if change:
            chunks = [change(chunk) for chunk in chunks]
            title = "" if change is bodies_only else title
        if chunks:
            documents += 1
            await index.upsert(
                collection, chunks, DocumentMeta(identifier, "v1", "document", KNOWLEDGE_BASE, None, "offen", title)
            )
    return index, SearchScope([collection], Access(frozenset({KNOWLEDGE_BASE})), documents)
