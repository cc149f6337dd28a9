# SPDX-License-Identifier: EUPL-1.2
"""Follows the identity provider between logins: one replica looks every 15 s and takes changes over (AUTH-08).

While the provider can't be asked, what is known goes on for ten minutes at most; then nobody is let in.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_gateway.revocation.keycloak_events import KeycloakEvents
from genius_gateway.revocation.people import People

log = structlog.get_logger(__name__)
LATE_S, STALE_S = 60.0, 600.0
_TENANT = RowScope(tenant_wide=True)
# One replica at a time; the number is the word "follow" in ASCII.
_LOCK = text("SELECT pg_try_advisory_xact_lock(112585630707575)")
_CURSOR = text(
    "SELECT position, extract(epoch FROM now() - looked_at)::float8 AS age FROM provider_cursors WHERE issuer = :issuer"
)
_MOVE = text(
    "INSERT INTO provider_cursors AS c (issuer, position, looked_at) VALUES (:issuer, :position, now())"
    " ON CONFLICT (issuer) DO UPDATE SET position = greatest(c.position, :position), looked_at = now()"
)
_FAULTS = (aiohttp.ClientError, SQLAlchemyError, TimeoutError, OSError, KeyError, ValueError, TypeError)


class ProviderFollower:
    """`late`: health says so; `stale`: nobody may rely on it any longer. Both are never true without a follower."""

    def __init__(self, database: Database, issuer: str, events: KeycloakEvents, people: People, every_s: float) -> None:
        self._database, self._issuer, self._events, self._people = database, issuer, events, people
        self._every_s = every_s
        self._looked_at = time.monotonic()
        self._seen: tuple[int, frozenset[str]] = (0, frozenset())
        self._task: asyncio.Task[None] | None = None

    @property
    def late(self) -> bool:
        return time.monotonic() - self._looked_at > LATE_S

    @property
    def stale(self) -> bool:
        return time.monotonic() - self._looked_at > STALE_S

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """Take over what changed since the last look of whichever replica. Raises what the provider's client does."""
        async with self._database.transaction(_TENANT) as connection:
            cursor = (await connection.execute(_CURSOR, {"issuer": self._issuer})).one_or_none()
            if not (await connection.execute(_LOCK)).scalar_one():
                self._looked_at = time.monotonic() - (cursor.age if cursor else 0.0)
                return
            await self._follow(connection, cursor)
        self._looked_at = time.monotonic()

    async def _follow(self, connection: AsyncConnection, cursor: Any) -> None:
        # At the first start nobody has a session yet that older events could end.
        position = cursor.position if cursor else int(1000 * (time.time() - LATE_S))
        known = self._seen[1] if self._seen[0] == position else frozenset()
        changes = await self._events.since(position, known)
        for account in changes.accounts:
            if not account.enabled:
                await self._people.disable(account.subject)
                continue
            await self._people.enable(account.subject)
            if account.rights:
                await self._people.rights_changed(account.subject)
        self._seen = changes.position, changes.seen
        await connection.execute(_MOVE, {"issuer": self._issuer, "position": changes.position})

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except _FAULTS as error:
                log.warning("identity provider not followed", error=type(error).__name__)
            await asyncio.sleep(self._every_s)
