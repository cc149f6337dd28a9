# SPDX-License-Identifier: EUPL-1.2
"""Rebuilds collections in the background, one after the other: at the start, and whenever somebody asks for it."""

from __future__ import annotations

import asyncio
import contextlib
from uuid import UUID

import structlog

from genius_common.database import Database
from genius_retrieval.ingest.owners import CollectionOwner, all_owners
from genius_retrieval.ingest.rebuild import Rebuild

log = structlog.get_logger(__name__)

_RETRY_S = 60.0


class RebuildWorker:
    """What is due is found in the database, so that a killed process goes on where it was."""

    def __init__(
        self, database: Database, rebuild: Rebuild, *, watching: bool = False, retry_s: float = _RETRY_S
    ) -> None:
        self._database = database
        self._rebuild = rebuild
        self._retry_s = retry_s
        # With a model, documents may lack what it did not make; beside another process, that one is asked for rebuilds.
        self._watching = watching
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="rebuild worker")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def request(self, owner: CollectionOwner) -> UUID:
        """Begin a collection beside the one in use and fill it in the background; answers its id."""
        found = await self._rebuild.begin(owner)
        self._wake.set()
        return found

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            waiting = self._watching
            try:
                for owner in await all_owners(self._database):
                    waiting |= not await self._carried(owner)
            except Exception as error:  # noqa: BLE001 the database away: whatever it was, the next round tries again
                log.warning("rebuild waits", error=type(error).__name__)
                waiting = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._retry_s if waiting else None)

    async def _carried(self, owner: CollectionOwner) -> bool:
        try:
            done = not await self._rebuild.is_due(owner) or await self._rebuild.run(owner)
            if self._watching:
                await self._rebuild.complete(owner)
            return done
        except Exception as error:  # noqa: BLE001 one owner's failure must not keep the others waiting
            log.warning("rebuild interrupted", error=type(error).__name__, retry_in=self._retry_s)
            return False
