# SPDX-License-Identifier: EUPL-1.2
"""What a reader may open of a document: original, canonical text, pages as text and as pictures."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from genius_common.contracts.layout import DocumentLayout
from genius_common.contracts.retrieval import DocumentText, PageText, TextSection
from genius_common.database import Database
from genius_common.errors import FieldError, InvalidInput, NotFound
from genius_common.principal import Principal
from genius_retrieval.access import row_scope
from genius_retrieval.chunks import FURNITURE, CanonicalDocument, PageSpan
from genius_retrieval.documents.blocks import part_around, part_starts, text_blocks
from genius_retrieval.documents.layout import layout_of
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.sealing import Sealing, open_text
from genius_retrieval.documents.service import opened
from genius_retrieval.errors import DocumentQuarantined, NoPagePicture
from genius_retrieval.ingest.reasons import notes_on
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.parsing.codec import decode_document
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.parsing.spans import boxes_of

_WITH_PICTURES = frozenset({"application/pdf", "image/jpeg", "image/png", "image/tiff"})


@dataclass(frozen=True, slots=True)
class Original:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """A span of the text, None for its end before headers and footers; or instead the part that holds `part_at`."""

    char_from: int = 0
    char_to: int | None = None
    part_at: int | None = None


class DocumentContent:
    """Every method checks access anew, at the time of opening (TEN-04).

    `scanned`: uploads are shown to a malware scanner, so that an original opens only once it has been read.
    """

    def __init__(
        self, database: Database, sealing: Sealing, objects: ObjectStorage, parsers: ParserRunner, *, scanned: bool
    ) -> None:
        self._database = database
        self._sealing = sealing
        self._objects = objects
        self._parsers = parsers
        self._scanned = scanned

    async def original(self, principal: Principal, identifier: UUID, kind: str) -> Original:
        async with self._database.transaction(row_scope(principal)) as connection:
            row = _unlocked(principal, await opened(connection, principal, identifier, kind))
            name = open_text(await self._sealing.key_of(connection, row.name), row.name, "name", row.id)
        if row.original is None or (self._scanned and row.state not in {"ready", "failed"}):
            raise NotFound
        content = await self._object(principal, row.original)
        return Original(name, row.media_type or "application/octet-stream", content)

    async def text(self, principal: Principal, identifier: UUID, kind: str, wanted: Wanted) -> DocumentText:
        """The part or span of the canonical text, cut to its length, with the sections and blocks that it touches."""
        document = await self.canonical(principal, identifier, kind)
        return await asyncio.to_thread(_text, document, wanted)

    async def layout(self, principal: Principal, identifier: UUID, kind: str) -> DocumentLayout:
        """Every line with its place, the fields of a form, the attachments of a mail."""
        return await asyncio.to_thread(layout_of, await self.canonical(principal, identifier, kind))

    async def page_text(self, principal: Principal, identifier: UUID, kind: str, number: int) -> PageText:
        document = await self.canonical(principal, identifier, kind)
        return await asyncio.to_thread(_page_text, document, _page(document, number))

    async def page_picture(
        self, principal: Principal, identifier: UUID, kind: str, number: int, highlight: list[tuple[int, int]]
    ) -> bytes:
        """PNG of a page with the given character spans of the canonical text marked."""
        document = await self.canonical(principal, identifier, kind)
        if document.media_type not in _WITH_PICTURES:
            raise NoPagePicture
        _page(document, number)
        boxes = [box for start, end in highlight for box in boxes_of(document, number, start, end)]
        original = await self.original(principal, identifier, kind)
        try:
            return await self._parsers.picture(original.content, number, boxes)
        except Refused as refused:
            raise NoPagePicture from refused

    async def canonical(self, principal: Principal, identifier: UUID, kind: str) -> CanonicalDocument:
        """Raises: NotFound, PurposeNotAllowed, DocumentQuarantined."""
        async with self._database.transaction(row_scope(principal)) as connection:
            row = _unlocked(principal, await opened(connection, principal, identifier, kind))
        if row.canonical is None or row.state == "failed":
            raise NotFound
        return await asyncio.to_thread(decode_document, await self._object(principal, row.canonical))

    async def _object(self, principal: Principal, identifier: UUID) -> bytes:
        sealed = await self._objects.sealed(identifier)
        async with self._database.transaction(row_scope(principal)) as connection:
            key = await self._sealing.key_of(connection, sealed)
        return self._objects.open(identifier, sealed, key)


def _unlocked(principal: Principal, row: Row) -> Row:
    """Raises: DocumentQuarantined for modules, and for whoever does not look after the knowledge base (INJ-06)."""
    keeper = principal.run is None and row.knowledge_base in principal.writable_knowledge_bases
    if row.quarantined_at is not None and not keeper:
        raise DocumentQuarantined
    return row


def _page(document: CanonicalDocument, number: int) -> PageSpan:
    found = next((page for page in document.pages if page.number == number), None)
    if found is None:
        raise NoPagePicture if not document.pages else NotFound
    return found


def _text(document: CanonicalDocument, wanted: Wanted) -> DocumentText:
    length = len(document.text)
    end = document.content_end if wanted.char_to is None else min(wanted.char_to, length)
    start = min(wanted.char_from, length if wanted.char_to is not None else end)
    if wanted.part_at is not None:
        start, end = part_around(document, wanted.part_at)
    if start > end:
        raise InvalidInput(errors=[FieldError("/char_to", "Das Ende liegt vor dem Anfang.")])
    sections = [
        TextSection(path=list(s.full_path), char_from=s.char_from, char_to=s.char_to, source_id=s.source_id)
        for s in document.sections
        if s.char_from < end and s.char_to > start
    ]
    return DocumentText(
        text=document.text[start:end],
        char_from=start,
        char_to=end,
        length=length,
        sections=sections,
        page_starts=[page.char_from for page in document.pages],
        blocks=text_blocks(document, start, end),
        part_starts=part_starts(document),
    )


def _page_text(document: CanonicalDocument, page: PageSpan) -> PageText:
    aside = {kind: list[str]() for kind in FURNITURE}
    for block in document.blocks:
        if block.kind in FURNITURE and block.page == page.number:
            aside[block.kind] += block.text.split("\n")
    return PageText(
        text=document.text[page.char_from : page.char_to],
        char_from=page.char_from,
        char_to=page.char_to,
        pages=len(document.pages),
        blocks=text_blocks(document, page.char_from, page.char_to),
        header=aside["page_header"],
        footer=aside["page_footer"],
        notes=notes_on(page.number, [warning.code for warning in document.warnings]),
    )
