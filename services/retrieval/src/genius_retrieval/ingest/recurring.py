# SPDX-License-Identifier: EUPL-1.2
"""Work that is done in the background soon after each start, and again and again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

# The first minute belongs to interrupted jobs and to those who wait for the service.
_FIRST_S, _RETRY_S = 60.0, 600.0


class Recurring:
    """A run that fails is repeated; nothing else of the service waits for it. `name` stands in the log."""

    def __init__(
        self, name: str, run: Callable[[], Awaitable[object]], every_s: float, first_s: float = _FIRST_S
    ) -> None:
        self._name = name
        self._run = run
        self._every_s = every_s
        self._first_s = first_s
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name=self._name)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _work(self) -> None:
        await asyncio.sleep(self._first_s)
        while True:
            try:
                await self._run()
                wait = self._every_s
            except Exception as error:  # noqa: BLE001 a store is away: whatever it was, the next run tries again
                log.warning(
                    "work of the background failed", task=self._name, error=type(error).__name__, retry_in=_RETRY_S
                )
                wait = _RETRY_S
            await asyncio.sleep(wait)
