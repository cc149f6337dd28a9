# SPDX-License-Identifier: EUPL-1.2
"""Whose tokens no longer count, in this process within milliseconds of the commit that says so.

`revoke` writes in the transaction of its cause; PostgreSQL's NOTIFY wakes every replica at the commit. A lost notice
costs at most one look at the table. Tokens of the subject issued at or before the time are refused, later ones count:
whoever signs in again goes on.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from uuid import UUID

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope

log = structlog.get_logger(__name__)
CHANNEL = "genius_revocations"
# Longer than any access token of the provider lives.
_KEPT_S = 3600
_LOOK_S = 15.0
_RECONNECT_S = 1.0
_TENANT = RowScope(tenant_wide=True)
_REVOKE = text(
    "INSERT INTO revocations AS r (subject, at) VALUES (:subject, to_timestamp(:at))"
    " ON CONFLICT (subject) DO UPDATE SET at = greatest(r.at, excluded.at)"
)
_NOTIFY = text("SELECT pg_notify(:channel, :payload)")
_FORGET = text("DELETE FROM revocations WHERE at < now() - make_interval(secs => :kept)")
_ALL = text("SELECT subject, extract(epoch FROM at)::float8 AS at FROM revocations")
Hook = Callable[[UUID, float], None]


class Revocations:
    """One per process. `hooks` are called for each subject with the time up to which its tokens are void."""

    def __init__(self, database: Database, conninfo: str) -> None:
        self._database = database
        self._url = conninfo
        self._at: dict[UUID, float] = {}
        self._hooks: list[Hook] = []
        self._tasks: list[asyncio.Task[None]] = []

    def on_revoked(self, hook: Hook) -> None:
        self._hooks.append(hook)

    async def start(self) -> None:
        """Read what is known and listen from then on."""
        await self._look()
        self._tasks = [asyncio.create_task(self._listening()), asyncio.create_task(self._looking())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def revoke(self, connection: AsyncConnection, subjects: Iterable[UUID]) -> None:
        """Void all tokens of these persons or applications that exist now; `connection` is tenant-wide."""
        # Microseconds, as PostgreSQL keeps them: a later time in the table would end what was begun since the notice.
        at = round(time.time(), 6)
        for subject in subjects:
            await connection.execute(_REVOKE, {"subject": subject, "at": at})
            await connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": f"{subject} {at}"})
        await connection.execute(_FORGET, {"kept": _KEPT_S})

    def is_void(self, subject: UUID, issued_at: float) -> bool:
        """Whether a token of `subject` issued then (whole seconds, rounded down) no longer counts."""
        at = self._at.get(subject)
        return at is not None and issued_at <= at

    def earliest(self, subject: UUID) -> int:
        """The first `iat` that counts for `subject`, 0 where nothing was revoked."""
        at = self._at.get(subject)
        return math.floor(at) + 1 if at is not None else 0

    def recent(self, seconds: float) -> dict[str, float]:
        """Subject → time, of those within the last `seconds`: what inner services still need to know."""
        since = time.time() - seconds
        return {str(subject): at for subject, at in self._at.items() if at >= since}

    def learn(self, subject: UUID, at: float) -> None:
        """Take over what was revoked here or elsewhere; known things are taken over once."""
        if self._at.get(subject, 0.0) >= at:
            return
        self._at[subject] = at
        for hook in self._hooks:
            hook(subject, at)

    async def _look(self) -> None:
        async with self._database.transaction(_TENANT) as connection:
            rows = (await connection.execute(_ALL)).all()
        for row in rows:
            self.learn(row.subject, row.at)
        old = time.time() - _KEPT_S
        for subject in [subject for subject, at in self._at.items() if at < old]:
            del self._at[subject]

    async def _looking(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await self._look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("revocations not read", error=type(error).__name__)

    async def _listening(self) -> None:
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await self._look()
                    async for notice in connection.notifies():
                        self._take(notice.payload)
            except (psycopg.Error, SQLAlchemyError, OSError) as error:
                log.warning("revocations interrupted", error=type(error).__name__)
            await asyncio.sleep(_RECONNECT_S)

    def _take(self, payload: str) -> None:
        subject, _, at = payload.partition(" ")
        with suppress(ValueError):
            self.learn(UUID(subject), float(at))
