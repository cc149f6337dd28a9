# SPDX-License-Identifier: EUPL-1.2
"""Real parts of following, without a database behind them: whoever needs one fails at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from genius_common.database import Database, create_engine
from genius_common.events import Event, RunStarted
from genius_common.keys import KeyRing, keys_table
from genius_common.keys_encryption import LocalKeys
from genius_common.settings import DatabaseSettings
from genius_gateway.runs.follow import Following
from genius_gateway.runs.live import BLOCK, Hub, LiveRun, LoggedEvent
from genius_gateway.runs.notifications import Notifications
from genius_gateway.runs.repository import RunRepository
from genius_gateway.runs.sealing import Owner, Sealer

OWNER = Owner(UUID(int=1), UUID(int=2))
NOBODY = "postgresql+psycopg://nobody:x@127.0.0.1:9/none"


def live_run(*, reserved: int = BLOCK, saved: int = 1, run: UUID | None = None) -> LiveRun:
    run = run or uuid4()
    events = [LoggedEvent.of(RunStarted(), run, seq) for seq in range(1, saved + 1)]
    return LiveRun(run, detached=False, reserved=reserved, saved=events)


def publish(live: LiveRun, events: Iterable[Event], *, saved: bool = False) -> list[LoggedEvent]:
    published = []
    for event in events:
        published.append(live.number(event))
        live.publish(published[-1], saved=saved)
    return published


_DATABASE = Database(create_engine(DatabaseSettings(url=NOBODY)))
_REPOSITORY = RunRepository(Sealer(KeyRing(LocalKeys(b"k" * 32), keys_table(sa.MetaData()))), 10.0)


def following(hub: Hub) -> Following:
    async def nowhere(_: UUID) -> None:
        """Nothing waits here."""

    return Following(hub, _REPOSITORY, _DATABASE, Notifications(NOBODY, lambda _: None, lambda _: None), nowhere)


class Wire:
    """The server's side of one HTTP request, as an ASGI application sees it."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()
        self.slow = asyncio.Event()
        self.slow.set()
        self._something = asyncio.Condition()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        await self.slow.wait()
        self.sent.append(message)
        async with self._something:
            self._something.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self._something, asyncio.timeout(5):
            await self._something.wait_for(condition)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def complete(self) -> bool:
        return bool(self.sent) and self.sent[-1].get("more_body") is False
