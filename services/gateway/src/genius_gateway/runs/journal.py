# SPDX-License-Identifier: EUPL-1.2
"""Writes what happens in a run: events in batches behind the followers, the end before they see it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.events import Done, ErrorEvent, Event
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.callbacks import deliveries
from genius_gateway.operation.figures import count_run
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.draft import Draft
from genius_gateway.runs.incoming import documents_in
from genius_gateway.runs.job import Job
from genius_gateway.runs.live import LiveRun, LoggedEvent
from genius_gateway.runs.repository import TRANSIENT, EndState, Outcome

log = structlog.get_logger(__name__)
_RETRY_S = 0.5
_ANSWER_STATES: dict[EndState, str] = {"succeeded": "complete", "failed": "failed", "cancelled": "stopped"}
T = TypeVar("T")


class LostRun(Exception):
    """Another process has taken the run over: nothing may be written here any more."""


class Journal:
    """The log of one claimed run. While PostgreSQL is away, everything here waits and is repeated."""

    def __init__(self, job: Job, live: LiveRun, runner: UUID, parts: RunParts) -> None:
        self.job = job
        self.live = live
        self.draft = Draft(live.events())
        self._runner = runner
        self._parts = parts
        self._repository = parts.repository
        self._content_marked = False
        self._batch: list[LoggedEvent] = []
        self._saving = asyncio.Lock()
        self._answer_saved_at = time.monotonic()

    async def add(self, event: Event, *, content: bool = False) -> None:
        """Log an event and show it. Before the first `content` it is noted that the run can't start again."""
        if content and not self._content_marked:
            if not await self._write(lambda c: self._repository.mark_content_sent(c, self.job.run, self._runner)):
                raise LostRun
            self._content_marked = True
        logged = await self._numbered(event)
        self.draft.add(logged)
        self.live.publish(logged)

    async def add_saved(self, events: Sequence[Event]) -> None:
        """Log events and show them only once they are saved: a finished item of a batch must not be done again.

        Goes on to its end where the caller is cancelled meanwhile, so that what is saved is also known here.
        """
        await asyncio.shield(self._add_saved(events))

    async def _add_saved(self, events: Sequence[Event]) -> None:
        async with self._saving:
            while self._batch or self.live.unsaved:  # first, else a follower of the table could pass over them
                await self._save_unsaved()
            logged = [await self._numbered(event) for event in events]
            await self._write(lambda connection: self._save_items(connection, logged))
            for event in logged:
                self.draft.add(event)
                self.live.publish(event, saved=True)

    async def _save_items(self, connection: AsyncConnection, logged: list[LoggedEvent]) -> None:
        job = self.job
        if not await self._repository.append(connection, job.owner, job.run, self._runner, logged):
            raise LostRun
        done = len(self.draft.items) + sum(event.type == "item" for event in logged)
        await self._repository.progress(connection, job.run, done)

    async def _numbered(self, event: Event) -> LoggedEvent:
        if self.live.block_used_up:
            reserved = await self._write(lambda c: self._repository.reserve(c, self.job.run, self._runner))
            if reserved is None:
                raise LostRun
            self.live.take_block(reserved)
        return self.live.number(event)

    async def write(self) -> None:
        """Save events as they gather, until cancelled."""
        while True:
            await self.live.dirty.wait()
            await asyncio.sleep(self._parts.options.flush_s)
            try:
                await self._flush()
            except LostRun:
                self.live.stop("lost")
                return

    async def _flush(self) -> None:
        async with self._saving:
            await self._save_unsaved()

    async def _save_unsaved(self) -> None:
        self.live.dirty.clear()
        if not self._batch:
            # Kept until it is saved for sure: a repeated batch must be the same one.
            self._batch, self.live.unsaved = self.live.unsaved, []
        if self._batch:
            await self._write(self._save_batch)
            self._batch = []
        if self.live.unsaved:
            self.live.dirty.set()

    async def _save_batch(self, connection: AsyncConnection) -> None:
        job = self.job
        if not await self._repository.append(connection, job.owner, job.run, self._runner, self._batch):
            raise LostRun
        due = time.monotonic() - self._answer_saved_at >= self._parts.options.answer_s
        if job.answer_message and due and not self.draft.empty:
            await self._parts.turns.save_answer(connection, job.owner, job.answer_message, self.draft)
            self._answer_saved_at = time.monotonic()

    async def finish(self, final: Event) -> None:
        """Store the end, then show it."""
        async with self._saving:
            await self._finish(final)

    async def _finish(self, final: Event) -> None:
        try:
            logged = await self._numbered(final)
            self.draft.add(logged)
            outcome = self._outcome(final)
            await self._write(lambda connection: self._store_end(connection, outcome, logged))
        except LostRun:
            self.live.stop("lost")
            return
        self.live.unsaved = []
        self.live.publish(logged, saved=True)
        self.live.ended.set()
        self._parts.callbacks.wake()
        count_run(outcome.state, job=self.job.queued)
        await self._count(outcome)

    async def _count(self, outcome: Outcome) -> None:
        """What the run has really used takes the place of what was set aside for it; a batch counts by item."""
        if self.job.items:
            return
        job, used = self.job, (outcome.input_tokens, outcome.output_tokens)
        try:
            await self._parts.quota.settle(job.principal, job.run, job.module, self.draft.model, *used)
        except TRANSIENT as error:
            log.warning("usage of a run not counted", run=str(self.job.run), error=type(error).__name__)

    async def _store_end(self, connection: AsyncConnection, outcome: Outcome, final: LoggedEvent) -> None:
        job = self.job
        if not await self._repository.finish(connection, job.owner, job.run, self._runner, outcome):
            row = await self._repository.get(connection, job.run)
            if row is not None and row.runner == self._runner and row.state == outcome.state:
                return  # The commit had gone through, only its answer was lost.
            raise LostRun
        if self._batch:
            await self._repository.append(connection, job.owner, job.run, self._runner, self._batch)
        await self._repository.append(connection, job.owner, job.run, self._runner, [*self.live.unsaved, final])
        await deliveries.insert(connection, job.run)
        if job.answer_message:
            state = _ANSWER_STATES[outcome.state]
            await self._parts.turns.end_answer(connection, job.owner, job.answer_message, self.draft, state)
        record = AuditRecord.of(
            job.principal,
            "run.end",
            object_kind="run",
            object_id=job.run,
            outcome=outcome.error["code"] if outcome.error else outcome.state,
            module=job.module,
            input_tokens=outcome.input_tokens,
            output_tokens=outcome.output_tokens,
        )
        # Locks the chain until the commit, so it comes last.
        await self._parts.audit.append(connection, record)

    def _outcome(self, final: Event) -> Outcome:
        draft = self.draft
        common: dict[str, Any] = {
            "warnings": draft.warnings,
            "mode": draft.mode,
            "protection_class": draft.protection_class(self.job.protection_class).value,
            "input_tokens": draft.input_tokens,
            "output_tokens": draft.output_tokens,
            "sources": documents_in(draft.content),
        }
        if isinstance(final, Done):
            usage = {"input_tokens": final.usage.input_tokens, "output_tokens": final.usage.output_tokens}
            common["sources"] |= documents_in(final.result)
            return Outcome(state="succeeded", result=final.result, **{**common, **usage})
        partial = draft.partial_result()
        error = None
        if isinstance(final, ErrorEvent):
            error = {"code": final.code, "detail": final.detail, "retryable": final.retryable}
        state: EndState = "failed" if error else "cancelled"
        return Outcome(state=state, result=partial, error=error, partial=partial is not None, **common)

    async def give_up(self) -> None:
        """Save what is there and let another process take the run at once."""
        try:
            await self._flush()
            await self._write(lambda c: self._repository.release(c, self.job.run, self._runner))
        except LostRun:
            pass
        self.live.stop("lost")

    async def stored(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do `work` in a transaction of the owner, again and again while the database is away."""
        return await self._write(work)

    async def renew(self) -> sa.Row[Any] | None:
        async with self._parts.database.transaction(self.job.owner.scope) as connection:
            return await self._repository.renew(connection, self.job.run, self._runner)

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do `work` in a transaction of the owner, again and again while the database is away."""
        while True:
            try:
                async with self._parts.database.transaction(self.job.owner.scope) as connection:
                    return await work(connection)
            except TRANSIENT as error:
                log.warning("run could not be saved, trying again", error=type(error).__name__)
            await asyncio.sleep(_RETRY_S)
