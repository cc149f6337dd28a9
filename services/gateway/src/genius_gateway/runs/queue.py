# SPDX-License-Identifier: EUPL-1.2
"""Jobs wait in the database; each process takes as many as it has places for, authority by authority.

Nothing here has to survive: what waits is read from the rows, at every start and every few seconds anew, and a job is
taken by one statement that one process alone wins.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
import structlog

from genius_common.database import RowScope
from genius_common.errors import PlatformError
from genius_gateway.runs import waiting
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.recovery import Recovery
from genius_gateway.runs.repository import TRANSIENT
from genius_gateway.runs.sealing import Owner

log = structlog.get_logger(__name__)
_AUTHORITIES = sa.text("SELECT id FROM authorities ORDER BY id")
_PLACES_S = 2.0
_NEW_S = 0.2


class JobQueue:
    """`wake` when something may have come to wait or a place is free; `places` tells who waits where."""

    def __init__(self, parts: RunParts, recovery: Recovery, free: Callable[[], bool]) -> None:
        self._parts = parts
        self._recovery = recovery
        self._free = free
        self._ring = waiting.Ring()
        self._awake = asyncio.Event()
        self._looked_at = float("-inf")
        self._places: dict[UUID, int] = {}
        self._placed_at = float("-inf")
        self._placing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def wake(self, authority: UUID | None = None) -> None:
        """A job came to wait in `authority`, or a place is free."""
        if authority is not None:
            self._ring.put(authority)
        self._awake.set()

    async def place(self, run: UUID) -> int | None:
        """How many jobs start before this one, itself counted, as of two seconds ago at most; None: it waits no more.

        The authorities take turns from the next one of this process on; another process may be elsewhere in the round.
        """
        async with self._placing:
            age = time.monotonic() - self._placed_at
            if run not in self._places and age < _NEW_S:
                await asyncio.sleep(_NEW_S - age)  # it has just come to wait, as others may have
            if run not in self._places or age > _PLACES_S:
                self._places = await self._order()
                self._placed_at = time.monotonic()
        return self._places.get(run)

    async def _order(self) -> dict[UUID, int]:
        lines: dict[UUID, list[UUID]] = {}
        for authority in await self._authorities():
            async with self._parts.database.transaction(RowScope(authority=authority)) as connection:
                if found := await waiting.all_waiting(connection):
                    lines[authority] = found
        known = [authority for authority in self._ring.order if authority in lines]
        ordered = known + [authority for authority in lines if authority not in known]
        return {run: place for place, run in enumerate(waiting.in_turns([lines[one] for one in ordered]), 1)}

    async def _authorities(self) -> list[UUID]:
        async with self._parts.database.transaction(RowScope()) as connection:
            return list((await connection.execute(_AUTHORITIES)).scalars())

    async def _run(self) -> None:
        while True:
            self._awake.clear()
            try:
                await self._look()
                await self._fill()
            except TRANSIENT as error:
                log.warning("jobs wait for the database", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._parts.options.recovery_s):
                    await self._awake.wait()

    async def _look(self) -> None:
        """Now and then ask every authority, should a notice be lost."""
        if time.monotonic() - self._looked_at < self._parts.options.recovery_s:
            return
        self._looked_at = time.monotonic()
        for authority in await self._authorities():
            self._ring.put(authority)

    async def _fill(self) -> None:
        while len(self._ring) and self._free():
            authority = self._ring.take()
            if await self._take_one(authority):
                self._ring.put(authority)

    async def _take_one(self, authority: UUID) -> bool:
        """Start one job of the authority; False where none waits."""
        try:
            async with self._parts.database.transaction(RowScope(authority=authority)) as connection:
                found = await waiting.next_waiting(connection)
            if found is None:
                return False
            await self._recovery.begin(Owner(authority, found.owner), found.id, waiting=True)
        except TRANSIENT:
            self._ring.put(authority)
            raise
        except (PlatformError, ValueError, sa.exc.SQLAlchemyError) as error:
            log.error("job not started", error=type(error).__name__)
            return False  # the next look tries it again; the others' jobs don't wait for it
        return True
