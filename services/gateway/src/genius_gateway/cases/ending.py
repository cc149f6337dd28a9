# SPDX-License-Identifier: EUPL-1.2
"""The end of a case: everything that belongs to it goes with it, whoever of the authority it is of (SOZ-01).

That is what hangs on its row (versions, grants, the list of its files), its conversations with their messages, search
terms and copies, its runs with their events and callbacks, and its files with their text and their part of the index.
A file stays where another case or a conversation outside of this case holds it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import RowScope, rescope
from genius_common.errors import FieldError, NotFound
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.cases.errors import CaseBusy
from genius_gateway.retention.files import RetrievalFiles
from genius_gateway.retention.holds import require_free
from genius_gateway.runs.sealing import Owner, Sealer

_ENTER = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('case/' || :case, 0))")
_CLOSE = text("SELECT pg_advisory_xact_lock(hashtextextended('case/' || :case, 0))")
_THERE = text("SELECT 1 FROM cases WHERE id = :case")
_PEOPLE = text(
    "SELECT owner FROM runs WHERE case_id = :case UNION SELECT owner FROM conversations WHERE case_id = :case"
    " UNION SELECT owner FROM case_files WHERE case_id = :case"
)
_TALKS = "SELECT id FROM conversations WHERE case_id = :case"
_OF_CASE = f"(case_id = :case OR conversation IN ({_TALKS}))"
_BUSY = text(
    f"SELECT 1 FROM runs WHERE state IN ('queued', 'running') AND {_OF_CASE} LIMIT 1"  # noqa: S608 constants only
)
_REQUESTS = text(f"SELECT id, request FROM runs WHERE {_OF_CASE}")  # noqa: S608 constants only
_FILES = text(
    f"SELECT unnest(files) AS file FROM messages WHERE conversation IN ({_TALKS})"  # noqa: S608 constants only
    " UNION SELECT file FROM case_files WHERE case_id = :case AND owner = :owner"
)
_ELSEWHERE = text(
    f"SELECT unnest(files) AS file FROM messages WHERE conversation NOT IN ({_TALKS})"  # noqa: S608 constants only
    " UNION SELECT file FROM case_files WHERE case_id <> :case OR owner <> :owner"
)
_MESSAGES = text(f"SELECT count(*) FROM messages WHERE conversation IN ({_TALKS})")  # noqa: S608 constants only
_DELETE_RUNS = text(f"DELETE FROM runs WHERE {_OF_CASE}")  # noqa: S608 constants only
_DELETE_TALKS = text("DELETE FROM conversations WHERE case_id = :case")
_DELETE = text("DELETE FROM cases WHERE id = :case")


async def enter_case(connection: AsyncConnection, case: UUID) -> None:
    """Until the transaction ends the case does not: what is written now is there when its end looks for it.

    In a row scope that sees the case. Raises: NotFound (`/case`) where it has ended meanwhile.
    """
    await connection.execute(_ENTER, {"case": str(case)})
    if (await connection.execute(_THERE, {"case": case})).first() is None:
        raise NotFound(errors=[FieldError("/case", NotFound.default_detail)])


async def close_case(connection: AsyncConnection, case: UUID) -> None:
    """Until the transaction ends nothing enters the case. Comes before any lock on its row."""
    await connection.execute(_CLOSE, {"case": str(case)})


class _File(BaseModel):
    id: UUID


class _Named(BaseModel):
    """Files of a stored request, of whichever version of the platform: an old form keeps no case."""

    files: list[_File] = []
    items: list[_Named] = []

    @property
    def all(self) -> set[UUID]:
        return {file.id for file in self.files}.union(*(item.all for item in self.items))


@dataclass(frozen=True, slots=True)
class _Part:
    """What one person has in the case."""

    owner: UUID
    files: list[UUID]


class CaseEnding:
    """Ends cases for their owners and for retention."""

    def __init__(self, files: RetrievalFiles, audit: AuditTrail, sealer: Sealer) -> None:
        self._files = files
        self._audit = audit
        self._sealer = sealer

    async def end(
        self, connection: AsyncConnection, owner: Owner, case: UUID, record: Callable[[int], AuditRecord]
    ) -> Counter[str]:
        """In a transaction of the case's owner, whose scope it leaves behind; how many of each kind there were.

        Files go first: where retrieval can't be reached the case stays whole but for files, and is ended again.
        `record(files)` is durable before that. Raises: HeldBack (on the case or anybody in it), CaseBusy, and what
        retrieval refuses.
        """
        values = {"case": case}
        await close_case(connection, case)
        await rescope(connection, RowScope(authority=owner.authority))
        people = {owner.person, *(await connection.execute(_PEOPLE, values)).scalars()}
        if (await connection.execute(_BUSY, values)).first() is not None:
            raise CaseBusy
        for person in sorted(people):
            await require_free(connection, person, [case])
        parts = [await self._part(connection, Owner(owner.authority, person), case) for person in sorted(people)]
        if files := sum(len(part.files) for part in parts):
            await self._audit.record(record(files))
        for part in parts:
            for file in part.files:
                await self._files.delete(owner.authority, part.owner, file)
        counts = Counter(files=files)
        for part in parts:
            counts += await self._rows(connection, Owner(owner.authority, part.owner), case)
        await rescope(connection, owner.scope)
        counts["cases"] += (await connection.execute(_DELETE, values)).rowcount
        return +counts

    async def _part(self, connection: AsyncConnection, owner: Owner, case: UUID) -> _Part:
        """Files that a message or run of the case names or that the person has put into it, and nothing else holds."""
        await rescope(connection, owner.scope)
        values = {"case": case, "owner": owner.person}
        found = set((await connection.execute(_FILES, values)).scalars())
        rows = (await connection.execute(_REQUESTS, values)).all()
        sealed = [(row.request, f"runs/request/{row.id}") for row in rows]
        for opened in await self._sealer.open_each(connection, sealed):
            if opened is not None:  # what does not open any more names no file
                found.update(_Named.model_validate(opened).all)
        found.difference_update((await connection.execute(_ELSEWHERE, values)).scalars())
        return _Part(owner.person, sorted(found))

    async def _rows(self, connection: AsyncConnection, owner: Owner, case: UUID) -> Counter[str]:
        await rescope(connection, owner.scope)
        values = {"case": case}
        counts = Counter(messages=(await connection.execute(_MESSAGES, values)).scalar_one())
        counts["runs"] = (await connection.execute(_DELETE_RUNS, values)).rowcount
        counts["conversations"] = (await connection.execute(_DELETE_TALKS, values)).rowcount
        return counts
