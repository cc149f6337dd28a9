# SPDX-License-Identifier: EUPL-1.2
"""Runs whose process is gone: started again where nobody has seen content yet, else ended with an error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
import structlog

from genius_common.database import RowScope
from genius_common.errors import PlatformError
from genius_common.events import Cancelled
from genius_gateway.runs.claiming import Claimed, claim
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.ending import error_event
from genius_gateway.runs.errors import AccessRevoked, DeadlineExceeded, RunInterrupted
from genius_gateway.runs.journal import Journal
from genius_gateway.runs.live import Hub
from genius_gateway.runs.repository import TRANSIENT, waits
from genius_gateway.runs.sealing import Owner

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 2
_AUTHORITIES = sa.text("SELECT id FROM authorities ORDER BY id")


class Recovery:
    """Looks for runs without a living runner, authority by authority, at the start and every few seconds."""

    def __init__(
        self, parts: RunParts, runner: UUID, hub: Hub, carry_out: Callable[[Claimed], None], free: Callable[[], bool]
    ) -> None:
        self._parts = parts
        self._runner = runner
        self._hub = hub
        self._carry_out = carry_out
        self._free = free
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self.sweep()
            except (sa.exc.SQLAlchemyError, OSError) as error:
                log.warning("recovery of runs interrupted", error=type(error).__name__)
            await asyncio.sleep(self._parts.options.recovery_s)

    async def sweep(self) -> None:
        """Go through all authorities once."""
        async with self._parts.database.transaction(RowScope()) as connection:
            authorities = list((await connection.execute(_AUTHORITIES)).scalars())
        for authority in authorities:
            async with self._parts.database.transaction(RowScope(authority=authority)) as connection:
                expired = await self._parts.repository.expired(connection)
            for row in expired:
                if self._hub.get(row.id):
                    # Lives here: its lease ran out while the database was away, and it renews it or learns of its loss.
                    # Taken again by the same runner, nothing would tell its two attempts apart.
                    continue
                waiting = waits(row)
                if row.job and not waiting and not self._free():
                    continue  # Also what a dead process had begun needs a place.
                try:
                    await self.begin(Owner(authority, row.owner), row.id, waiting=waiting)
                except TRANSIENT:
                    raise
                except (PlatformError, ValueError, sa.exc.SQLAlchemyError) as error:
                    # Unreadable, or written by another version: it must not keep the others from being recovered.
                    log.error("run not recovered", run=str(row.id), error=type(error).__name__)

    async def begin(self, owner: Owner, run: UUID, *, waiting: bool) -> None:
        """Take the run if nobody else has, and carry it out, or end it where it must not start (again)."""
        claimed = await claim(self._parts, owner, run, self._runner, waiting=waiting)
        if claimed is None:
            return
        journal = Journal(claimed.job, claimed.live, self._runner, self._parts)
        if claimed.cancel_requested:
            await journal.finish(Cancelled())
        elif claimed.content_sent or claimed.attempts > MAX_ATTEMPTS:
            await journal.finish(error_event(RunInterrupted()))
        elif not claimed.job.seconds_left:
            await journal.finish(error_event(DeadlineExceeded()))
        elif not await self._parts.permission.holds(claimed.job.principal):
            await journal.finish(error_event(AccessRevoked()))
        else:
            if claimed.attempts > 1:
                log.info("run started again", run=str(run), attempt=claimed.attempts)
            self._carry_out(claimed)
