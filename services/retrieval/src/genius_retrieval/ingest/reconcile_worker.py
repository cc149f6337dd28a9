# SPDX-License-Identifier: EUPL-1.2
"""Lets the stores agree in the background: soon after each start, then once a day."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from genius_retrieval.ingest.reconcile import Reconciler

log = structlog.get_logger(__name__)

# The first minute belongs to interrupted jobs and to those who wait for the service.
_FIRST_S, _EVERY_S, _RETRY_S = 60.0, 24 * 3600.0, 600.0


class ReconcileWorker:
    """A run that fails is repeated; nothing else of the service waits for it."""

    def __init__(self, reconciler: Reconciler, first_s: float = _FIRST_S) -> None:
        self._reconciler = reconciler
        self._first_s = first_s
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="reconcile worker")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _work(self) -> None:
        await asyncio.sleep(self._first_s)
        while True:
            try:
                await self._reconciler.run()
                wait = _EVERY_S
            except Exception as error:  # noqa: BLE001 a store is away: whatever it was, the next run tries again
                log.warning("stores could not be compared", error=type(error).__name__, retry_in=_RETRY_S)
                wait = _RETRY_S
            await asyncio.sleep(wait)
