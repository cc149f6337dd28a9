# SPDX-License-Identifier: EUPL-1.2
"""Sends what is due, authority by authority, and lets applications and administrators see and repeat it.

At least once: an attempt whose process dies is made again after its lease, with the same `webhook-id`, by which the
target knows it. The body is the run as its owner reads it, read anew for each attempt, and never logged.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from genius_common.crypto import Undecryptable
from genius_common.database import Database, RowScope
from genius_common.errors import NotFound
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.audit.errors import AuditUnavailable
from genius_gateway.callbacks import deliveries
from genius_gateway.callbacks.deliveries import Due, Ended, Whose
from genius_gateway.callbacks.options import CallbackOptions
from genius_gateway.callbacks.sending import CallbackClient
from genius_gateway.callbacks.targets import CallbackTargets
from genius_gateway.operation.figures import CALLBACK_ATTEMPTS
from genius_gateway.runs.repository import RunRepository
from genius_gateway.runs.requests import view
from genius_gateway.runs.sealing import Owner

log = structlog.get_logger(__name__)
_AUTHORITIES = sa.text("SELECT id FROM authorities ORDER BY id")
_FINAL = frozenset({"gone", "target_removed", "run_unreadable", "body_too_large"})
"""Another attempt would end the same."""


class Callbacks:
    """One per process: `start`, `wake` when something is due, `stop`."""

    def __init__(
        self,
        database: Database,
        repository: RunRepository,
        targets: CallbackTargets,
        options: CallbackOptions,
        *,
        local: bool,
    ) -> None:
        self.targets = targets
        self._database = database
        self._repository = repository
        self._options = options
        self._client = CallbackClient(options, local=local)
        self._sending: set[asyncio.Task[None]] = set()
        self._of_authority: Counter[UUID] = Counter()
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """What is being sent now is sent again by another process, with the same id."""
        for task in [*self._sending, *([self._task] if self._task else [])]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._client.close()

    def wake(self) -> None:
        self._awake.set()

    async def listed(self, whose: Whose, state: str | None, limit: int) -> list[dict[str, Any]]:
        async with self._database.transaction(RowScope(authority=whose.authority)) as connection:
            return await deliveries.listed(connection, whose, state, limit)

    async def redeliver(self, principal: Principal, whose: Whose, delivery: UUID) -> None:
        """Send it (again) now. Raises: NotFound."""
        async with self._database.transaction(RowScope(authority=whose.authority)) as connection:
            run = await deliveries.again(connection, whose, delivery)
            if run is None:
                raise NotFound
            await append(
                connection, [AuditRecord.of(principal, "callback.redeliver", object_kind="run", object_id=run)]
            )
        self.wake()

    async def _run(self) -> None:
        while True:
            self._awake.clear()
            try:
                await self._look()
            except (AuditUnavailable, sa.exc.SQLAlchemyError, OSError) as error:
                log.warning("callbacks wait for the database", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._options.poll_s):
                    await self._awake.wait()

    async def _look(self) -> None:
        async with self._database.transaction(RowScope()) as connection:
            authorities = list((await connection.execute(_AUTHORITIES)).scalars())
        for authority in authorities:
            # One authority's slow targets leave places for the others.
            room = min(
                self._options.max_active_of_authority - self._of_authority[authority],
                self._options.max_active - len(self._sending),
            )
            for due in await self._claim(authority, room) if room > 0 else ():
                self._of_authority[authority] += 1
                task = asyncio.create_task(self._send(due))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    async def _claim(self, authority: UUID, most: int) -> list[Due]:
        """What is due, with a record that is durable before a byte leaves."""
        lease_s = self._options.timeout_s + deliveries.LEASE_EXTRA.total_seconds()
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            found = list(await deliveries.claim(connection, authority, most, lease_s))
            if found:
                await append(connection, [_record(due) for due in found])
            return found

    async def _send(self, due: Due) -> None:
        try:
            ended = await self._attempt(due)
            if not ended.delivered and ended.reason not in _FINAL:
                ended = replace(ended, pause_s=deliveries.pause_after(due.attempts, self._options.retry_s))
            async with self._database.transaction(RowScope(authority=due.authority)) as connection:
                await deliveries.end(connection, due, ended)
            how = "delivered" if ended.delivered else "given_up" if ended.pause_s is None else "repeated"
            CALLBACK_ATTEMPTS.labels(how).inc()
            if how == "given_up":
                log.warning("callback given up", run=str(due.run), code=ended.reason)
        except (sa.exc.SQLAlchemyError, OSError) as error:
            log.warning("callback sent again later", error=type(error).__name__)
        finally:
            self._of_authority[due.authority] -= 1
            self.wake()

    async def _attempt(self, due: Due) -> Ended:
        target = await self.targets.open(due.authority, due.target)
        if target is None:
            return Ended(reason="target_removed")
        try:
            body = await self._body(due)
        except (Undecryptable, NotFound):
            return Ended(reason="run_unreadable")
        if len(body) > self._options.body_bytes:
            return Ended(reason="body_too_large")
        return await self._client.send(target, due.id, body)

    async def _body(self, due: Due) -> bytes:
        """The run as its owner reads it."""
        owner = Owner(due.authority, due.owner)
        async with self._database.transaction(owner.scope) as connection:
            row = await self._repository.get(connection, due.run)
            if row is None:
                raise NotFound
            content = await self._repository.open_content(connection, row)
        return view(row, content).model_dump_json().encode()


def _record(due: Due) -> AuditRecord:
    return AuditRecord(
        action="callback.send",
        authority=due.authority,
        actor=due.owner,
        application=due.application,
        object_kind="run",
        object=due.run,
        facts={"attempt": due.attempts},
    )
