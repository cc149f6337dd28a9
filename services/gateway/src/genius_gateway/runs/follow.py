# SPDX-License-Identifier: EUPL-1.2
"""Following a run: from memory where it executes, else from the table, changing over when that changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from genius_common.database import Database
from genius_common.events import Status
from genius_gateway.runs.live import BLOCK, Hub, LiveRun, LoggedEvent
from genius_gateway.runs.notifications import Notifications
from genius_gateway.runs.repository import TRANSIENT, UNFINISHED, RunRepository, waits
from genius_gateway.runs.sealing import Owner

_POLL_S = 2.0
_TOUCH_S = 15.0
_RETRY_S = 0.5
Places = Callable[[UUID], Awaitable[int | None]]
"""Tells the place of a waiting job in the queue."""


class Follower:
    """Reads the events of one run after `after`. `ended` is set with the final event (or where nothing follows)."""

    def __init__(
        self,
        run: UUID,
        owner: Owner,
        after: int,
        news: asyncio.Event,
        *,
        hub: Hub,
        repository: RunRepository,
        database: Database,
        place: Places,
    ) -> None:
        self.run = run
        self.owner = owner
        self.after = after
        self.ended = False
        self._news = news
        self._hub = hub
        self._repository = repository
        self._database = database
        self._place = place
        self._told: int | None = None
        self._touched_at = self._looked_at = float("-inf")

    async def next(self, timeout_s: float) -> list[LoggedEvent]:
        """The next events in order; empty after `timeout_s` of silence or at the end."""
        deadline = time.monotonic() + timeout_s
        while not self.ended and (left := deadline - time.monotonic()) > 0:
            live = self._hub.get(self.run)
            found = await (self._from_memory(live, left) if live else self._from_elsewhere(left))
            if found:
                self.after = found[-1].seq
                self.ended = found[-1].final
                return found
        return []

    async def _from_memory(self, live: LiveRun, timeout_s: float) -> list[LoggedEvent]:
        live.joined()
        try:
            return await live.wait(self.after, timeout_s)
        finally:
            live.left()

    async def _from_elsewhere(self, timeout_s: float) -> list[LoggedEvent]:
        try:
            return await self._from_table(timeout_s)
        except TRANSIENT:
            # The database is away; the stream stays open (with heartbeats) until it is back.
            await asyncio.sleep(min(timeout_s, _RETRY_S))
            return []

    async def _from_table(self, timeout_s: float) -> list[LoggedEvent]:
        if not await self._something_new(timeout_s):
            return []
        async with self._database.transaction(self.owner.scope) as connection:
            row = await self._repository.get(connection, self.run)
            found = await self._repository.events(connection, self.run, self.after) if row else []
            if row and row.state in UNFINISHED and time.monotonic() - self._touched_at > _TOUCH_S:
                self._touched_at = time.monotonic()
                await self._repository.touch_followed(connection, self.run)
        self.ended = not found and (row is None or row.state not in UNFINISHED)
        if row is not None and waits(row):
            found += await self._waiting(found[-1].seq if found else self.after)
        return found

    async def _waiting(self, last: int) -> list[LoggedEvent]:
        """The job's place in the queue where it has changed; not saved, with an id that nothing else will ever have."""
        place = await self._place(self.run)
        if place is None or place == self._told or last + 1 >= BLOCK:
            return []
        self._told = place
        return [LoggedEvent.of(Status(phase="queued", position=place), self.run, last + 1)]

    async def _something_new(self, timeout_s: float) -> bool:
        """Wait for news, or for the next look that is due without any; False if neither comes in time."""
        due = self._looked_at + _POLL_S - time.monotonic()
        if due > 0:
            try:
                async with asyncio.timeout(min(timeout_s, due)):
                    await self._news.wait()
            except TimeoutError:
                if timeout_s < due:
                    return False
        self._news.clear()
        self._looked_at = time.monotonic()
        return True


class Following:
    """Opens followers; counts the local ones so that a run knows whether somebody is there."""

    def __init__(
        self, hub: Hub, repository: RunRepository, database: Database, notifications: Notifications, place: Places
    ) -> None:
        self._hub = hub
        self._repository = repository
        self._database = database
        self._notifications = notifications
        self._place = place

    @asynccontextmanager
    async def open(self, run: UUID, owner: Owner, after: int) -> AsyncIterator[Follower]:
        """A follower; the caller has checked that `owner` owns the run."""
        live = self._hub.get(run)
        if live:
            live.joined()
        try:
            async with self._notifications.watching(run) as news:
                yield Follower(
                    run,
                    owner,
                    after,
                    news,
                    hub=self._hub,
                    repository=self._repository,
                    database=self._database,
                    place=self._place,
                )
        finally:
            if live:
                live.left()
