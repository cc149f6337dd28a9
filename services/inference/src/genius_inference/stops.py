# SPDX-License-Identifier: EUPL-1.2
"""The kill switch (KI-06): which models are stopped, for whom, and the requests that end when one is.

The gateway keeps the list; it is asked for every two seconds, off the path of requests. Who can't be told of a stop
must not go on for ever: without a list of the last ten seconds no new request passes. Running answers end only by a
stop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

import structlog

from genius_common.auth import Authenticator
from genius_common.errors import PlatformError
from genius_common.model_stops import ModelStop
from genius_inference.errors import ModelStopped, StopsUnknown

log = structlog.get_logger(__name__)
RENEW_S, STALE_S = 2.0, 10.0


class Stoppable(Protocol):
    """A request on its way through the queue and the model server."""

    @property
    def model_id(self) -> str: ...

    @property
    def authority(self) -> UUID | None: ...

    def stop(self, error: PlatformError) -> None:
        """End with `error`, wherever it is; called once at most."""


class Stops:
    """One per process. `running` holds who is to be told; whoever enters it leaves it."""

    def __init__(self, authenticator: Authenticator, clock: Callable[[], float]) -> None:
        self._authenticator = authenticator
        self._clock = clock
        self._at = -STALE_S
        self._renewal: asyncio.Task[None] | None = None
        self.stops: frozenset[ModelStop] = frozenset()
        self.running: set[Stoppable] = set()

    @property
    def age(self) -> float:
        """Seconds since the list was had last; large before the first one."""
        return self._clock() - self._at

    async def fresh(self) -> None:
        """Returns at once while the list is fresh. Raises: StopsUnknown where it can't be had."""
        if self.age <= STALE_S:
            return
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
        await asyncio.shield(self._renewal)
        if self.age > STALE_S:
            raise StopsUnknown(retry_after=5)

    def require(self, model: str, authority: UUID | None) -> None:
        """Raises: ModelStopped."""
        if self.stops and self.covers(model, authority):
            raise ModelStopped

    def covers(self, model: str, authority: UUID | None) -> bool:
        return any(stop.covers(model, authority) for stop in self.stops)

    async def keep_fresh(self) -> None:
        """For ever."""
        while True:
            await self._renew()
            await asyncio.sleep(RENEW_S)

    async def _renew(self) -> None:
        asked = self._clock()
        found = await self._authenticator.stops()
        if found is None:
            return
        self._at = asked
        if found != self.stops:
            self.stops = found
            self._end_running()

    def end_all(self, error: PlatformError) -> None:
        """Every request ends with `error`."""
        for call in list(self.running):
            self.running.discard(call)
            call.stop(error)

    def _end_running(self) -> None:
        ended = [call for call in self.running if self.covers(call.model_id, call.authority)]
        for call in ended:
            self.running.discard(call)
            call.stop(ModelStopped())
        log.warning("stopped models changed")
