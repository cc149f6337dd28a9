# SPDX-License-Identifier: EUPL-1.2
"""Deletes what is due, authority by authority under row-level security, in the name of each owner.

Every deletion is one transaction with its record (counts only). Several replicas may run it at once: what one has
taken, the other does not find. Where retrieval can't be reached, what has files there stays until the next time.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.errors import PlatformError
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.cases.ending import CaseEnding, close_case
from genius_gateway.cases.errors import CaseBusy
from genius_gateway.periodic import periodically
from genius_gateway.persons.erasure import Erasure
from genius_gateway.retention import due
from genius_gateway.retention.errors import HeldBack
from genius_gateway.retention.files import NOBODY, PAGE, RetrievalFiles
from genius_gateway.retention.holds import require_free
from genius_gateway.retention.periods import Periods
from genius_gateway.retention.schedule import two_years_before
from genius_gateway.runs.sealing import Owner

log = structlog.get_logger(__name__)
_Owned = Literal["conversations", "snapshots", "runs", "cases"]
# Cases first: what belongs to one goes with it.
_OWNED: tuple[_Owned, ...] = ("cases", "conversations", "snapshots", "runs")


class RetentionJob:
    """`run(now)` once, `every(minutes)` while the gateway lives."""

    def __init__(
        self,
        database: Database,
        authorities: AuthorityRepository,
        audit: AuditTrail,
        periods: Periods,
        files: RetrievalFiles,
        erasure: Erasure,
        ending: CaseEnding,
    ) -> None:
        self._database = database
        self._authorities = authorities
        self._audit = audit
        self._periods = periods
        self._schedule = periods.tenant
        self._files = files
        self._erasure = erasure
        self._ending = ending

    async def run(self, now: dt.datetime) -> Counter[str]:
        """Delete what is due at `now`; returns how many of each kind were deleted."""
        total: Counter[str] = Counter()
        for authority in await self._authorities.ids():
            schedule = await self._periods.schedule(authority)
            for kind in _OWNED:
                total += await self._owned(authority, schedule.days(kind), kind, now)
            total += await self._loose_files(authority, schedule.cutoff("files", now))
            total += await self._of_authority(authority, now)
        total += await self._unseen(now)
        return total + await self._of_tenant(now)

    # --- what belongs to a person or application

    async def _owned(self, authority: UUID, days: int | None, kind: _Owned, now: dt.datetime) -> Counter[str]:
        total: Counter[str] = Counter()
        owner, last = NOBODY, NOBODY
        while True:
            async with self._database.transaction(RowScope(authority=authority)) as connection:
                values = {"days": days, "now": now, "owner": owner, "id": last}
                rows = (await connection.execute(due.FIND[kind], values)).all()
            for owner, group in groupby(rows, key=lambda row: row.owner):
                ids = [row.id for row in group]
                # A case alone: one that has to wait, for a colleague's run or hold, keeps no other.
                for part in [[one] for one in ids] if kind == "cases" else [ids]:
                    total += await self._of_owner(authority, owner, kind, part, days, now)
            if not rows:
                return total
            last = rows[-1].id

    async def _of_owner(
        self,
        authority: UUID,
        owner: UUID,
        kind: _Owned,
        ids: Sequence[UUID],
        days: int | None,
        now: dt.datetime,
    ) -> Counter[str]:
        try:
            async with self._database.transaction(RowScope(authority=authority, person=owner)) as connection:
                await require_free(connection, owner, [])
                if kind == "cases":
                    await close_case(connection, ids[0])
                values = {"ids": list(ids), "days": days, "now": now}
                taken = list((await connection.execute(due.TAKE[kind], values)).scalars())
                counts = await self._delete(connection, authority, owner, kind, taken)
                if counts:
                    await append(connection, [_record(authority, kind, counts)])
                return counts
        except (HeldBack, CaseBusy):
            return Counter()
        except PlatformError as error:
            # Rolled back: the rows stay with their files, and the next run takes them.
            log.warning("retention waits for retrieval", kind=kind, error=error.code)
            return Counter()

    async def _delete(
        self, connection: AsyncConnection, authority: UUID, owner: UUID, kind: _Owned, ids: list[UUID]
    ) -> Counter[str]:
        if not ids:
            return Counter()
        if kind == "runs":
            return Counter(runs=(await connection.execute(due.DELETE_RUNS, {"ids": ids})).rowcount)
        if kind == "snapshots":
            return Counter(snapshots=(await connection.execute(due.DELETE_SNAPSHOTS, {"ids": ids})).rowcount)
        if kind == "conversations":
            return await self._delete_conversations(connection, authority, owner, ids)
        counts: Counter[str] = Counter()
        for case in ids:
            counts += await self._ending.end(connection, Owner(authority, owner), case, _files_of(authority))
        return counts

    async def _delete_conversations(
        self, connection: AsyncConnection, authority: UUID, owner: UUID, ids: list[UUID]
    ) -> Counter[str]:
        values = {"ids": ids}
        files = list((await connection.execute(due.FILES, values)).scalars())
        if files:
            await self._delete_files(authority, owner, files)
        messages = (await connection.execute(due.MESSAGES, values)).scalar_one()
        runs = (await connection.execute(due.DELETE_TURNS, values)).rowcount
        done = (await connection.execute(due.DELETE_CONVERSATIONS, values)).rowcount
        return +Counter(conversations=done, messages=messages, runs=runs, files=len(files))

    async def _delete_files(self, authority: UUID, owner: UUID, files: Sequence[UUID]) -> None:
        # Durable before the effect in retrieval: no effect without a record.
        await self._audit.record(_files_of(authority)(len(files)))
        for file in files:
            await self._files.delete(authority, owner, file)

    async def _loose_files(self, authority: UUID, before: dt.datetime) -> Counter[str]:
        """Files past their time that no conversation holds any more."""
        total: Counter[str] = Counter()
        after = NOBODY
        try:
            while True:
                found = await self._files.due(authority, before, after)
                for owner, group in groupby(sorted(found, key=lambda f: f.owner), key=lambda f: f.owner):
                    total["files"] += await self._loose_of_owner(authority, owner, [file.id for file in group])
                if len(found) < PAGE:
                    return +total
                after = found[-1].id
        except PlatformError as error:
            log.warning("retention waits for retrieval", kind="files", error=error.code)
            return +total

    async def _loose_of_owner(self, authority: UUID, owner: UUID, files: list[UUID]) -> int:
        try:
            async with self._database.transaction(RowScope(authority=authority, person=owner)) as connection:
                await require_free(connection, owner, None)
                attached = [file for file in files if (await connection.execute(due.ATTACHED, {"file": file})).first()]
                loose = [file for file in files if file not in attached]
                if loose:
                    await self._delete_files(authority, owner, loose)
                return len(loose)
        except HeldBack:
            return 0

    async def _unseen(self, now: dt.datetime) -> Counter[str]:
        """People who have not signed in for long: all that is left of them, with a receipt."""
        async with self._database.transaction(RowScope(tenant_wide=True)) as connection:
            cutoff = self._schedule.cutoff("persons", now)
            people = list((await connection.execute(due.UNSEEN, {"cutoff": cutoff})).scalars())
        total: Counter[str] = Counter()
        for person in people:
            try:
                await self._erasure.erase(person, "retention", None)
                total["persons"] += 1
            except HeldBack:
                continue
            except PlatformError as error:
                log.warning("retention waits", kind="persons", error=error.code)
        return total

    # --- what belongs to nobody

    async def _of_authority(self, authority: UUID, now: dt.datetime) -> Counter[str]:
        cutoff = self._schedule.cutoff
        statements: list[tuple[str, Any, Any]] = [
            ("api_tokens", due.DELETE_TOKENS, cutoff("api_tokens", now)),
            ("usage", due.DELETE_USAGE, cutoff("usage", now).date()),
        ]
        return await self._statements(RowScope(authority=authority), authority, statements)

    async def _of_tenant(self, now: dt.datetime) -> Counter[str]:
        cutoff = self._schedule.cutoff
        statements: list[tuple[str, Any, Any]] = [
            ("sessions", due.DELETE_SESSIONS, cutoff("sessions", now)),
            ("revocations", due.DELETE_REVOCATIONS, cutoff("revocations", now)),
            ("holds", due.DELETE_HOLDS, cutoff("holds", now)),
            ("receipts", due.DELETE_RECEIPTS, cutoff("receipts", now)),
            ("retrievals", due.DELETE_RETRIEVALS, two_years_before(now)),
            ("retrieval_check_items", due.DELETE_CHECK_ITEMS, two_years_before(now)),
            ("retrieval_checks", due.DELETE_CHECKS, two_years_before(now)),
        ]
        return await self._statements(RowScope(tenant_wide=True), None, statements)

    async def _statements(
        self, scope: RowScope, authority: UUID | None, statements: Sequence[tuple[str, Any, Any]]
    ) -> Counter[str]:
        counts: Counter[str] = Counter()
        async with self._database.transaction(scope) as connection:
            for kind, statement, cutoff in statements:
                counts[kind] = (await connection.execute(statement, {"cutoff": cutoff})).rowcount
            counts = +counts
            if counts:
                await append(connection, [_record(authority, "expired", counts)])
        return counts

    # --- the clock

    def every(self, minutes: float) -> AbstractAsyncContextManager[None]:
        """Run it regularly while the context is open."""
        return periodically(self._once, 60 * minutes)

    async def _once(self) -> None:
        try:
            done = await self.run(dt.datetime.now(dt.UTC))
            log.info("retention done", deleted=sum(done.values()))
        except (PlatformError, SQLAlchemyError, OSError, TimeoutError) as error:
            # What is due stays due; the next run goes on.
            log.error("retention interrupted", error=type(error).__name__)


def _record(authority: UUID | None, kind: str, counts: Counter[str]) -> AuditRecord:
    return AuditRecord(action="retention.delete", authority=authority, object_kind=kind, facts=dict(counts))


def _files_of(authority: UUID) -> Callable[[int], AuditRecord]:
    """The record that files go, written before they do."""
    return lambda files: _record(authority, "files", Counter(files=files))
