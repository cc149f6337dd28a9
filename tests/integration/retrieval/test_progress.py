# SPDX-License-Identifier: EUPL-1.2
"""Who waits for a document sees how far it is: real counts of pages, scans and chunks, and nothing of its content."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from genius_common.contracts.retrieval import Counted, StepCount
from genius_retrieval.components import Components
from genius_retrieval.documents.service import Upload
from genius_retrieval.ingest import progress
from genius_retrieval.ingest.progress import Gone, ProgressNotes, share_of
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.settings import ParserSettings, UploadLimits
from genius_retrieval.tables import documents
from tests.support import pdf

from .test_rebuild import Shelf

LINES = [f"Zeile {n} mit einigen Wörtern, damit die Seite etwas zu lesen gibt." for n in range(50)]
PAGES = 600
"""More than are read in the fifth of a second after which counts begin."""
Heard = list[tuple[Counted, int, int]]


def listener() -> tuple[Heard, progress.Told]:
    heard: Heard = []

    async def told(what: Counted, done: int, total: int) -> None:
        heard.append((what, done, total))

    return heard, told


async def test_pages_are_counted_while_they_are_read() -> None:
    heard, told = listener()
    runner = ParserRunner(ParserSettings(), UploadLimits())
    document = await runner.parse(pdf.build(*[pdf.text_page(*LINES)] * PAGES), "lang.pdf", told)
    assert len(document.pages) == PAGES
    assert heard
    assert {(what, total) for what, _, total in heard} == {("pages", PAGES)}
    done = [count for _, count, _ in heard]
    assert done == sorted(set(done))
    assert 0 < done[0] <= done[-1] <= PAGES


async def test_what_listens_can_end_the_work() -> None:
    """A cancelled document is not read to its end: the parser's process goes with it."""

    async def gone(what: Counted, done: int, total: int) -> None:
        raise Gone

    runner = ParserRunner(ParserSettings(), UploadLimits())
    with pytest.raises(Gone):
        await runner.parse(pdf.build(*[pdf.text_page(*LINES)] * PAGES), "lang.pdf", gone)


async def state_of(shelf: Shelf, document: Any) -> Any:
    return await shelf.parts.documents.state(shelf.who, document, "document")


async def test_the_state_says_how_far_it_is(parts: Components) -> None:
    """Also between two steps; what is ready or failed has nothing left to count."""
    shelf = Shelf(parts)
    made = (await shelf.fill(1))[0]
    async with parts.database.transaction(shelf.owner.scope) as connection:
        await connection.execute(sa.update(documents).where(documents.c.id == made).values(state="parsing"))
    notes = ProgressNotes(parts.database, shelf.owner.scope, made)
    await notes.tell("pages", 3, 12)
    await notes.settle()
    first = await state_of(shelf, made)
    assert (first.working, first.progress) == (None, 0.0), "what takes less than a second is not written"
    notes._next = 0.0
    await notes.tell("scans", 3, 12)
    await notes.settle()
    state = await state_of(shelf, made)
    assert (state.working, state.progress) == (StepCount(what="scans", done=3, total=12), 0.4)
    await notes.tell("scans", 4, 12)
    await notes.settle()
    assert (await state_of(shelf, made)).working.done == 3, "once a second at most"
    async with parts.database.transaction(shelf.owner.scope) as connection:
        await connection.execute(sa.update(documents).where(documents.c.id == made).values(state="ready"))
    done = await state_of(shelf, made)
    assert (done.working, done.progress) == (None, None)


async def test_progress_never_goes_back() -> None:
    steps: list[tuple[str, Counted, int, int]] = [
        ("parsing", "pages", 0, 9), ("parsing", "pages", 9, 9), ("parsing", "scans", 0, 4), ("parsing", "scans", 4, 4),
        ("indexing", "chunks", 0, 50), ("indexing", "chunks", 50, 50),
    ]  # fmt: skip
    shares = [share_of(state, StepCount(what=what, done=done, total=total)) for state, what, done, total in steps]
    assert shares == [0.0, 0.3, 0.3, 0.7, 0.7, 1.0]
    assert share_of("indexing", StepCount(what="pages", done=9, total=9)) == 0.7
    assert share_of("queued", None) == 0.0


async def test_of_a_document_that_is_gone_no_more_is_read(parts: Components) -> None:
    shelf = Shelf(parts)
    notes = ProgressNotes(parts.database, shelf.owner.scope, uuid4())
    notes._next = 0.0
    await notes.tell("pages", 1, 2)
    await notes.settle()
    with pytest.raises(Gone):
        await notes.tell("pages", 2, 2)


async def test_the_whole_way(parts: Components, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read, cut and indexed with every count written: chunks come last, and nothing is left of it at the end."""
    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    heard: Heard = []
    write = ProgressNotes._write

    async def noted(self: ProgressNotes, count: StepCount) -> None:
        heard.append((count.what, count.done, count.total))
        await write(self, count)

    monkeypatch.setattr(ProgressNotes, "_write", noted)
    shelf = Shelf(parts)
    await shelf.fill(1)
    text = "\n\n".join(f"# Abschnitt {n}\n\n" + "Der Antrag ist schriftlich zu stellen. " * 4 for n in range(700))
    made = await parts.documents.add_document(shelf.who, shelf.base, Upload.of("lang.md", text.encode()))
    await shelf.ready(made.id)
    row = await shelf.row(made.id)
    chunks = [count for count in heard if count[0] == "chunks" and count[2] == row.points]
    assert row.points > 500
    assert chunks[0] == ("chunks", 200, row.points)
    assert row.working is None
    assert await asyncio.wait_for(parts.index.count(row.collection, made.id), 5) == row.points
