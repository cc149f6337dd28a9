# SPDX-License-Identifier: EUPL-1.2
"""Runs as the gateway offers them: start, read, follow, cancel; and carrying them out in this process."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import structlog

from genius_common.errors import InvalidInput, LimitReached, NotFound
from genius_common.principal import Principal
from genius_gateway.conversations.turns import TurnService
from genius_gateway.runs.claiming import Claimed, claim
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.errors import GatewayStopping
from genius_gateway.runs.execution import Execution
from genius_gateway.runs.follow import Follower, Following
from genius_gateway.runs.job import Job
from genius_gateway.runs.journal import Journal
from genius_gateway.runs.live import Hub
from genius_gateway.runs.notifications import Notifications
from genius_gateway.runs.queue import JobQueue
from genius_gateway.runs.recovery import Recovery
from genius_gateway.runs.references import ReferenceCheck
from genius_gateway.runs.repository import TRANSIENT, waits
from genius_gateway.runs.requests import RunList, RunView, view
from genius_gateway.runs.starting import Call, Started, Starter, owner_of

log = structlog.get_logger(__name__)
_CURSOR_SEPARATOR = "~"


class RunService:
    """One per process. `start()` begins to listen and to recover, `stop()` lets running runs end for a moment."""

    def __init__(self, parts: RunParts, turns: TurnService, references: ReferenceCheck, listen_conninfo: str) -> None:
        self.runner = uuid4()
        self.hub = Hub()
        self.stopping = asyncio.Event()
        self._parts = parts
        self._starter = Starter(parts, turns, references, self.runner)
        self._notifications = Notifications(listen_conninfo, self._cancel_here, self._queued)
        self._recovery = Recovery(parts, self.runner, self.hub, self._carry_out, self._place_free)
        self._queue = JobQueue(parts, self._recovery, self._place_free)
        self._following = Following(self.hub, parts.repository, parts.database, self._notifications, self._queue.place)
        self._tasks: set[asyncio.Task[None]] = set()
        self._jobs: dict[UUID, Job] = {}
        self._checks: set[asyncio.Task[None]] = set()
        self._beginning = 0

    async def start(self) -> None:
        self._notifications.start()
        self._recovery.start()
        self._queue.start()

    async def stop(self) -> None:
        """Refuse new runs, wait `stop_s` for the running ones, leave the rest to another process."""
        self.stopping.set()
        await self._queue.stop()
        await self._recovery.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._parts.options.stop_s)
        for live in self.hub.all():
            live.stop("stopping")
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=5)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        await self._notifications.stop()

    async def begin(self, principal: Principal, call: Call) -> Started:
        """Check and store a run, and let it execute here. Raises what refuses it, before anything has started."""
        if self.stopping.is_set():
            raise GatewayStopping(retry_after=10)
        if not call.job and len(self._tasks) + self._beginning >= self._parts.options.max_active:
            raise LimitReached(
                "Zurzeit laufen zu viele Vorgänge. Bitte versuchen Sie es in Kürze erneut.", retry_after=10
            )
        self._beginning += 1
        try:
            started = await self._starter.store(principal, call)
            if started.new and call.job:
                self._queue.wake(started.owner.authority)
            elif started.new:
                await self._take(started)
        finally:
            self._beginning -= 1
        return started

    async def get(self, principal: Principal, run: UUID, *, placed: bool = False) -> RunView:
        """A run of the caller's own; anybody else's is as unknown as none.

        `placed`: with its place in the queue, which takes a look at all that waits.
        """
        owner = owner_of(principal)
        async with self._parts.database.transaction(owner.scope) as connection:
            row = await self._parts.repository.get(connection, run)
            if row is None or not principal.classification.covers(row.protection_class):
                raise NotFound
            content = await self._parts.repository.open_content(connection, row)
        return view(row, content, await self._queue.place(run) if placed and waits(row) else None)

    async def given(self, principal: Principal, run: UUID) -> dict[str, Any]:
        """The input of a run of the caller's own. Raises: NotFound."""
        async with self._parts.database.transaction(owner_of(principal).scope) as connection:
            row = await self._parts.repository.get(connection, run)
            if row is None or not principal.classification.covers(row.protection_class):
                raise NotFound
            request = await self._parts.repository.sealer.open(connection, row.request, f"runs/request/{run}")
            return dict(request.get("input") or {})

    async def page(self, principal: Principal, limit: int, after: str | None) -> RunList:
        owner = owner_of(principal)
        repository = self._parts.repository
        async with self._parts.database.transaction(owner.scope) as connection:
            rows = await repository.page(connection, limit, _cursor(after) if after else None, principal.classification)
            items = [view(row, await repository.open_content(connection, row)) for row in rows[:limit]]
        more = len(rows) > limit
        last = items[-1] if items else None
        return RunList(
            items=items, next=f"{last.created_at.isoformat()}{_CURSOR_SEPARATOR}{last.id}" if more and last else None
        )

    async def cancel(self, principal: Principal, run: UUID) -> None:
        """Cancel wherever it executes; cancelling an ended run is no error."""
        await self.get(principal, run)
        owner = owner_of(principal)
        async with self._parts.database.transaction(owner.scope) as connection:
            await self._parts.repository.request_cancel(connection, run)
            row = await self._parts.repository.get(connection, run)
        if row is not None and waits(row):
            await self._recovery.begin(owner, run, waiting=True)  # whoever has it meanwhile knows by the notice
        self._cancel_here(run)

    @asynccontextmanager
    async def follow(self, principal: Principal, run: UUID, after: int) -> AsyncIterator[Follower]:
        """A follower of a run that the caller owns."""
        await self.get(principal, run)
        async with self._following.open(run, owner_of(principal), after) as follower:
            yield follower

    async def finished_before(self, principal: Principal, run: UUID, after: int) -> bool:
        """Whether the run has ended and its final event is not after `after`: nothing is left to send."""
        owner = owner_of(principal)
        async with self._parts.database.transaction(owner.scope) as connection:
            row = await self._parts.repository.get(connection, run)
            if row is None or not principal.classification.covers(row.protection_class):
                raise NotFound
            if after > row.seq_reserved:
                raise InvalidInput("„Last-Event-ID“ gehört nicht zu diesem Lauf.")
            if row.finished_at is None:
                return False
            return not await self._parts.repository.events(connection, run, after)

    def recheck(self, subject: UUID, _at: float) -> None:
        """Rights of a person, application or API token changed: look whether its runs here may go on."""
        for job in list(self._jobs.values()):
            if subject in (job.principal.subject, job.principal.application, job.principal.api_token):
                task = asyncio.create_task(self._recheck(job))
                self._checks.add(task)
                task.add_done_callback(self._checks.discard)

    async def _recheck(self, job: Job) -> None:
        try:
            allowed = await self._parts.permission.holds(job.principal)
        except TRANSIENT as error:
            log.warning("rights of a run not read, asked again soon", error=type(error).__name__)
            return
        if not allowed and (live := self.hub.get(job.run)):
            live.stop("refused")

    def _queued(self, authority: UUID) -> None:
        self._queue.wake(authority)

    def _place_free(self) -> bool:
        """Whether one more job may be carried out here."""
        jobs = sum(job.queued for job in self._jobs.values())
        return jobs < self._parts.options.max_jobs and not self.stopping.is_set()

    def _cancel_here(self, run: UUID) -> None:
        if live := self.hub.get(run):
            live.stop("cancelled")

    async def _take(self, started: Started) -> None:
        """Take the run that was just stored by its id, as another process would."""
        try:
            claimed = await claim(self._parts, started.owner, started.run, self.runner)
        except TRANSIENT as error:
            log.warning("run left to recovery", error=type(error).__name__)
            return
        if claimed is not None:
            self._carry_out(claimed)

    def _carry_out(self, claimed: Claimed) -> None:
        self.hub.add(claimed.live)
        self._jobs[claimed.job.run] = claimed.job
        task = asyncio.create_task(self._execute(claimed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _execute(self, claimed: Claimed) -> None:
        live = claimed.live
        try:
            await Execution(claimed.job, Journal(claimed.job, live, self.runner, self._parts), self._parts).run()
        finally:
            self._parts.quota.release(live.run)  # where it was not settled, another process has it now
            if not live.ended.is_set():
                live.stop("lost")
            self.hub.remove(live)
            self._jobs.pop(live.run, None)
            self._queue.wake()


def _cursor(value: str) -> tuple[dt.datetime, UUID]:
    try:
        created_at, run = value.split(_CURSOR_SEPARATOR)
        return dt.datetime.fromisoformat(created_at), UUID(run)
    except ValueError:
        raise InvalidInput("Der Wert von „after“ ist ungültig.") from None
