# SPDX-License-Identifier: EUPL-1.2
"""News of runs from other replicas: one LISTEN connection per process.

A lost notification costs at most one polling interval: whoever waits looks into the table again by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import psycopg
import structlog

from genius_gateway.runs.repository import CANCEL, NEWS, QUEUED

log = structlog.get_logger(__name__)
_RECONNECT_S = 1.0


class Notifications:
    """Wakes followers of runs that execute elsewhere; passes on cancellations (a run) and new jobs (an authority)."""

    def __init__(self, conninfo: str, on_cancel: Callable[[UUID], None], on_queued: Callable[[UUID], None]) -> None:
        self._conninfo = conninfo
        self._on_cancel = on_cancel
        self._on_queued = on_queued
        self._waiting: dict[UUID, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @asynccontextmanager
    async def watching(self, run: UUID) -> AsyncIterator[asyncio.Event]:
        """An event that is set at every news of `run`; the user of it clears it before looking."""
        event = asyncio.Event()
        waiting = self._waiting.setdefault(run, set())
        waiting.add(event)
        try:
            yield event
        finally:
            waiting.discard(event)
            if not waiting:
                self._waiting.pop(run, None)

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                log.warning("run notifications interrupted", error=type(error).__name__)
            await asyncio.sleep(_RECONNECT_S)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, connect_timeout=5)
        async with connection:
            await connection.execute(f"LISTEN {NEWS}")
            await connection.execute(f"LISTEN {CANCEL}")
            await connection.execute(f"LISTEN {QUEUED}")
            for event in [event for events in self._waiting.values() for event in events]:
                event.set()
            async for notice in connection.notifies():
                self._dispatch(notice.channel, notice.payload)

    def _dispatch(self, channel: str, payload: str) -> None:
        with suppress(ValueError):
            run = UUID(payload)
            if channel == QUEUED:
                self._on_queued(run)
                return
            if channel == CANCEL:
                self._on_cancel(run)
            for event in self._waiting.get(run, ()):
                event.set()
