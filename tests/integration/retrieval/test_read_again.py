# SPDX-License-Identifier: EUPL-1.2
"""Scans that came in while there was no text recognition are read once it is there."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from genius_common.contracts.retrieval import SearchRequest
from genius_retrieval.components import Components
from genius_retrieval.documents.service import Upload
from genius_retrieval.ingest.rereading import Rereading
from tests.support import pdf
from tests.support.scans import scan

from .test_rebuild import Shelf

pytestmark = pytest.mark.ocr
SCAN = scan(
    "Der Gebührenbescheid wurde am 12. März zugestellt.", "Der Widerspruch ist fristgerecht eingelegt.", size=14
)
MIXED = pdf.build(pdf.text_page("Vermerk über die Wachtelkönige im Aktenschrank."), pdf.Page(scan=SCAN))
ALONE = pdf.build(pdf.Page(scan=SCAN))


@pytest.fixture
async def installed(parts: Components) -> AsyncIterator[Any]:
    """Takes Tesseract's data away and gives them back, for the parsers of the running service."""
    reader: Any = parts.parsers._reader
    there = reader._settings

    def set_installed(yes: bool) -> None:
        reader._settings = there if yes else there.model_copy(update={"ocr_languages": "nicht_da"})

    yield set_installed
    reader._settings = there


def rereading(parts: Components) -> Rereading:
    return Rereading(parts.database, parts.queue, parts.parsers)


async def found(shelf: Shelf, query: str) -> set[UUID]:
    result = await shelf.parts.search.search(shelf.who, SearchRequest(query=query, limit=10))
    return {hit.document for hit in result.hits if "Gebührenbescheid" in hit.text or "Wachtel" in hit.text}


async def uploaded(shelf: Shelf, name: str, content: bytes) -> UUID:
    await shelf.parts.knowledge_bases.put(shelf.who, shelf.base, shelf.authority, shelf.who.classification)
    made = (await shelf.parts.documents.add_document(shelf.who, shelf.base, Upload.of(name, content))).id
    await shelf.ready(made)
    return made


async def again(shelf: Shelf, identifier: UUID, done: Any) -> Any:
    for _ in range(600):
        row = await shelf.row(identifier)
        if done(row):
            return row
        await asyncio.sleep(0.05)
    raise AssertionError(f"never: {row.state}, {row.reason}, {row.warnings}")


async def test_in_place_once_it_is_there(parts: Components, installed: Any) -> None:
    """ING-10: same ids; what was readable is found all the time, and nothing happens before or without need."""
    shelf = Shelf(parts)
    installed(False)
    mixed, alone = await uploaded(shelf, "akte.pdf", MIXED), await uploaded(shelf, "scan.pdf", ALONE)
    row = await shelf.row(mixed)
    assert (row.state, row.warnings) == ("ready", ["ocr_missing:2"])
    assert ((await shelf.row(alone)).state, (await shelf.row(alone)).reason) == ("failed", "ocr_missing")
    assert await rereading(parts).run() == 0, "still not there"
    assert await found(shelf, "Gebührenbescheid zugestellt") == set()
    installed(True)
    assert await rereading(parts).run() >= 2
    assert mixed in await found(shelf, "Wachtelkönige im Aktenschrank")
    later = await again(shelf, mixed, lambda row: row.state == "ready" and row.warnings == ["ocr:2"])
    assert (later.version, later.canonical, later.original) == (row.version, row.canonical, row.original)
    await again(shelf, alone, lambda row: row.state == "ready")
    assert await found(shelf, "Gebührenbescheid zugestellt") == {mixed, alone}
    assert await rereading(parts).run() == 0


async def test_where_no_more_can_be_read_it_stays_as_it_is(parts: Components, installed: Any) -> None:
    """And says so, and is not tried again each hour."""
    shelf = Shelf(parts)
    installed(False)
    mixed = await uploaded(shelf, "akte.pdf", MIXED)
    installed(True)
    runner: Any = parts.parsers
    limits = runner._limits
    runner._limits = limits.model_copy(update={"scanned_pages": 0})
    try:
        assert await rereading(parts).run() == 1
        row = await again(shelf, mixed, lambda row: row.warnings == ["ocr_failed:2"])
    finally:
        runner._limits = limits
    assert row.state == "ready"
    assert await found(shelf, "Wachtelkönige im Aktenschrank") == {mixed}
    assert await rereading(parts).run() == 0
