# SPDX-License-Identifier: EUPL-1.2
"""How far a document is, for who waits for it: pages read, scans recognised, chunks indexed; numbers, never content."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from genius_common.contracts.retrieval import Counted, StepCount
from genius_common.database import Database, RowScope
from genius_retrieval.documents import repository

log = structlog.get_logger(__name__)

EVERY_S = 1.0
Told = Callable[[Counted, int, int], Awaitable[None]]
"""Is told what is counted, how many are done, and of how many."""
# What each count is of the whole work, as far as anybody knows beforehand.
_PARTS: dict[Counted, tuple[float, float]] = {"pages": (0.0, 0.3), "scans": (0.3, 0.7), "chunks": (0.7, 1.0)}
UNDERWAY = frozenset({"parsing", "indexing"})
_BEGINS = {"queued": 0.0, "parsing": 0.0, "indexing": 0.7}


class Gone(Exception):
    """The document was deleted meanwhile: what is left of the work is for nobody."""


async def untold(what: Counted, done: int, total: int) -> None:
    """For work that nobody waits for."""


class ProgressNotes:
    """Written to the document's row once a second at most; what takes less than a second writes nothing.

    Nobody waits for the database here: a file that is being read has little time, and that is not for this.
    """

    def __init__(self, database: Database, scope: RowScope, document: UUID) -> None:
        self._database = database
        self._scope = scope
        self._document = document
        self._next = time.monotonic() + EVERY_S
        self._writing: asyncio.Task[None] | None = None
        self._gone = False

    async def tell(self, what: Counted, done: int, total: int) -> None:
        """Raises: Gone."""
        if self._gone:
            raise Gone
        now = time.monotonic()
        if now < self._next or (self._writing and not self._writing.done()):
            return
        self._next = now + EVERY_S
        count = StepCount(what=what, done=min(done, total), total=total)
        self._writing = asyncio.create_task(self._write(count), name="progress of a document")

    async def settle(self) -> None:
        """Wait until nothing is being written: what the row says next is not overtaken."""
        if self._writing:
            await asyncio.wait([self._writing])

    async def _write(self, count: StepCount) -> None:
        try:
            async with self._database.transaction(self._scope) as connection:
                self._gone = not await repository.note_progress(connection, self._document, count.model_dump())
        except (SQLAlchemyError, OSError):
            # Not to know how far it is ends no work; what follows needs the database and says so.
            log.warning("progress not written")


def share_of(state: str, working: StepCount | None) -> float | None:
    """0..1 while it is being worked on, never less than before within one attempt; None before and after."""
    begin = _BEGINS.get(state)
    if begin is None or working is None:
        return begin
    start, end = _PARTS[working.what]
    return round(max(begin, start + (end - start) * working.done / max(working.total, 1)), 3)
