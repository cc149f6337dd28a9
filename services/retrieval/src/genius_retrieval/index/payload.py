# SPDX-License-Identifier: EUPL-1.2
"""What a point carries: ids in clear for filters, everything else sealed and bound to the point and collection."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from genius_retrieval.chunks import Chunk
from genius_retrieval.index.port import Access, CollectionSecrets, DocumentMeta, IndexedChunk

# Field names in clear; docs/explanation/search.md lists them.
DOCUMENT, KNOWLEDGE_BASE, KIND, CLASS = "document", "knowledge_base", "kind", "protection_class"
SEALED = "sealed"
# A point that two versions of a document have in common names both; what it carries for the later one lies in `later`.
SHARED, LATER = "shared", "later"
_YES = "yes"


# Candidates share their documents and knowledge bases.
_id = lru_cache(maxsize=2_000)(UUID)
_text_of = lru_cache(maxsize=2_000)(str)


def to_payload(collection: CollectionSecrets, chunk: Chunk, meta: DocumentMeta) -> dict[str, Any]:
    sealed = collection.content_key.seal(orjson.dumps(_content(chunk, meta)), payload_place(chunk.id, collection.id))
    clear: dict[str, Any] = {
        DOCUMENT: str(meta.document),
        "version": meta.version,
        KIND: meta.kind,
        CLASS: meta.protection_class,
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
        "superseded": False,
        SEALED: base64.b64encode(sealed).decode(),
    }
    if meta.knowledge_base:
        clear[KNOWLEDGE_BASE] = str(meta.knowledge_base)
    if chunk.as_of:
        clear["as_of"] = chunk.as_of.isoformat()
    return clear


def shared_with(payload: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """What a point carries that belongs to the document of `payload` and to that of `later`, its next version."""
    own = _own(payload)
    return {**own, DOCUMENT: [own[DOCUMENT], later[DOCUMENT]], SHARED: _YES, LATER: dict(later)}


def shared_without(payload: Mapping[str, Any], document: UUID) -> dict[str, Any]:
    """What a shared point carries when `document` leaves it."""
    later: dict[str, Any] = payload[LATER]
    return _own(payload) if later[DOCUMENT] == str(document) else later


def documents_of(payload: Mapping[str, Any]) -> list[UUID]:
    """Whose point it is: one version of a document, or two that share it."""
    named = payload[DOCUMENT]
    return [UUID(one) for one in (named if isinstance(named, list) else [named])]


def _own(payload: Mapping[str, Any]) -> dict[str, Any]:
    named = payload[DOCUMENT]
    own = {name: value for name, value in payload.items() if name not in (SHARED, LATER)}
    return {**own, DOCUMENT: named[0] if isinstance(named, list) else named}


def resealed(payload: Mapping[str, Any], anew: Callable[[str], str | None]) -> dict[str, Any]:
    """The fields with what `anew` answers to a sealed content (None = leave); empty where it left everything."""
    fields: dict[str, Any] = {}
    if fresh := anew(payload[SEALED]):
        fields[SEALED] = fresh
    if (later := payload.get(LATER)) and (fresh := anew(later[SEALED])):
        fields[LATER] = {**later, SEALED: fresh}
    return fields


def may_be_opened(payload: Mapping[str, Any], access: Access) -> bool:
    """Whether the clear values permit it, as if the caller owned it: what is sealed for others does not open here."""
    if later := payload.get(LATER):
        return may_be_opened(_own(payload), access) or may_be_opened(later, access)
    base = payload.get(KNOWLEDGE_BASE)
    return access.permits(
        DocumentMeta(
            document=_id(payload[DOCUMENT]),
            version=payload["version"],
            kind=payload[KIND],
            knowledge_base=_id(base) if base else None,
            owner=access.owner,
            protection_class=payload[CLASS],
            title="",
        )
    )


def unpacked(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload as it is stored with what is sealed as bytes, which take less room and are ready to be opened."""
    fields = {**payload, SEALED: binascii.a2b_base64(payload[SEALED])}
    if later := payload.get(LATER):
        fields[LATER] = unpacked(later)
    return fields


def from_payload(collection: CollectionSecrets, point: UUID, payload: Mapping[str, Any]) -> IndexedChunk:
    """Open an `unpacked` payload; `Undecryptable` if it was moved or is another collection's."""
    if later := payload.get(LATER):
        return replace(from_payload(collection, point, _own(payload)), later=from_payload(collection, point, later))
    opened = collection.content_key.open(payload[SEALED], payload_place(point, collection.id))
    content = orjson.loads(opened)
    base = payload.get(KNOWLEDGE_BASE)
    as_of = payload.get("as_of")
    return IndexedChunk(
        point=point,
        meta=DocumentMeta(
            document=_id(payload[DOCUMENT]),
            version=payload["version"],
            kind=payload[KIND],
            knowledge_base=_id(base) if base else None,
            owner=_id(content["owner"]) if content["owner"] else None,
            protection_class=payload[CLASS],
            title=content["title"],
        ),
        text=content["text"],
        char_from=content["from"],
        char_to=content["to"],
        ordinal=content["ordinal"],
        page=content["page"],
        section_path=tuple(content["path"]),
        source_id=content["source"],
        as_of=dt.date.fromisoformat(as_of) if as_of else None,
        heading=content["heading"],
        context=content["context"],
        # Points of an index from before this field begin and end on one page as far as we know.
        page_breaks=tuple(content.get("breaks", ())),
    )


def _content(chunk: Chunk, meta: DocumentMeta) -> dict[str, Any]:
    return {
        "title": meta.title,
        "owner": str(meta.owner) if meta.owner else None,
        "text": chunk.text,
        "from": chunk.char_from,
        "to": chunk.char_to,
        "ordinal": chunk.ordinal,
        "page": chunk.page,
        "path": chunk.section_path,
        "source": chunk.source_id,
        "heading": chunk.heading,
        "context": chunk.context,
        "breaks": chunk.page_breaks,
    }


def payload_place(point: UUID, collection: UUID) -> str:
    """Where a payload lies, which its ciphertext is bound to."""
    return f"{point}/{_text_of(collection)}"
