# SPDX-License-Identifier: EUPL-1.2
"""Documents that came in while there was no text recognition, read again in place once it is there.

Whoever uploaded them did all they could. A document that has some text stays as it is and is found until the new text
is there; one of scans alone, which failed, goes the way of a retry. Ids stay, so that citations and grants do.
"""

from __future__ import annotations

import sqlalchemy as sa
import structlog

from genius_common.database import Database
from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.retrying import require_retryable
from genius_retrieval.errors import NothingToRetry
from genius_retrieval.ingest.owners import CollectionOwner, all_owners
from genius_retrieval.ingest.queue import IngestQueue, Target
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.tables import documents

log = structlog.get_logger(__name__)

MISSING = "ocr_missing"
_d = documents.c
_WAITING = sa.and_(
    _d.original.is_not(None),
    _d.superseded_by.is_(None),
    sa.or_(
        sa.and_(_d.state == "failed", _d.reason == MISSING),
        sa.and_(_d.state == "ready", sa.func.array_to_string(_d.warnings, " ").like(f"%{MISSING}%")),
    ),
)


def lacks_recognition(row: Row) -> bool:
    """Whether pages of it were left out because nothing could recognise them."""
    return any(code.partition(":")[0] == MISSING for code in row.warnings)


class Rereading:
    """A run may be repeated and killed at any time."""

    def __init__(self, database: Database, queue: IngestQueue, parsers: ParserRunner) -> None:
        self._database = database
        self._queue = queue
        self._parsers = parsers

    async def run(self) -> int:
        """Give every document to the queue that waits for text recognition, if that is there now; answers how many."""
        waiting = [(owner, row) for owner in await all_owners(self._database) for row in await self._waiting(owner)]
        if not waiting or not await self._parsers.can_recognise():
            return 0
        given = sum([await self._give(owner, row) for owner, row in waiting])
        log.info("documents are read again with text recognition", records=given)
        return given

    async def _waiting(self, owner: CollectionOwner) -> list[Row]:
        mine = [_d.authority.is_not_distinct_from(owner.authority)]
        if owner.authority is None:
            mine.append(_d.knowledge_base == owner.knowledge_base)
        query = sa.select(documents).where(_WAITING, *mine).order_by(_d.created_at, _d.id)
        async with self._database.transaction(owner.scope) as connection:
            return list((await connection.execute(query)).all())

    async def _give(self, owner: CollectionOwner, row: Row) -> bool:
        async with self._database.transaction(owner.scope) as connection:
            current = await repository.get(connection, row.id, lock=True)
            if current is None or current.state != row.state or current.superseded_by is not None:
                return False
            if current.state == "failed":
                try:
                    await require_retryable(connection, current)
                except NothingToRetry:
                    return False
                again = {"state": "queued", "reason": None, "processing": None, "working": None}
                await repository.update(connection, row.id, **again)
            person = current.owner_person or current.uploaded_by
            await self._queue.defer(connection, Target(row.id, row.authority, person, again=True))
        return True
