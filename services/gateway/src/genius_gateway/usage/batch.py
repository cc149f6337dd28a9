# SPDX-License-Identifier: EUPL-1.2
"""Quota and use of models and searches, off the hot path: asked at most once a second, written in batches.

An authority may overrun its limit by what it uses within that second in each replica.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from genius_common.database import Database, RowScope
from genius_common.principal import Principal
from genius_gateway.single_flight import SingleFlight
from genius_gateway.usage.errors import QuotaReached
from genius_gateway.usage.quota import Kind, Quota

log = structlog.get_logger(__name__)
_PERMISSION_S = 1.0
_FLUSH_S = 0.5

_ADD = text(
    "INSERT INTO usage_counters AS c (authority, day, kind, requests, input_tokens, output_tokens)"
    " VALUES (:authority, CURRENT_DATE, :kind, :requests, :input_tokens, :output_tokens)"
    " ON CONFLICT (authority, day, kind) DO UPDATE SET requests = c.requests + :requests,"
    " input_tokens = c.input_tokens + :input_tokens, output_tokens = c.output_tokens + :output_tokens"
)


@dataclass(slots=True)
class _Permission:
    until: float
    requests: int


@dataclass(slots=True)
class _Sum:
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class BatchedUsage:
    """`allow` before a request, `add` after it. Neither waits for the database but for the first in a second."""

    def __init__(self, database: Database, quota: Quota) -> None:
        self._database = database
        self._quota = quota
        self._permissions: dict[UUID, _Permission] = {}
        self._sums: dict[tuple[UUID, Kind], _Sum] = {}
        self._asking: SingleFlight[UUID, _Permission] = SingleFlight()
        self._flushing: asyncio.Task[None] | None = None

    async def allow(self, principal: Principal) -> None:
        """Raises: QuotaReached."""
        authority = principal.authority
        if authority is None:
            return
        permission = self._permissions.get(authority)
        if permission is None or permission.until < time.monotonic() or permission.requests <= 0:
            permission = await self._asking.do(authority, lambda: self._ask(authority, principal))
            if permission.requests <= 0:  # those that waited with us took the last ones
                raise QuotaReached
        permission.requests -= 1

    async def _ask(self, authority: UUID, principal: Principal) -> _Permission:
        left = await self._quota.left(principal)
        if left is None or not all(left.values()):
            raise QuotaReached
        permission = _Permission(time.monotonic() + _PERMISSION_S, left["requests_left_today"])
        self._permissions[authority] = permission
        return permission

    def add(self, principal: Principal, kind: Kind, input_tokens: int, output_tokens: int) -> None:
        """Count one request; written within half a second."""
        if principal.authority is None:
            return
        total = self._sums.setdefault((principal.authority, kind), _Sum())
        total.requests += 1
        total.input_tokens += input_tokens
        total.output_tokens += output_tokens
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush_soon())

    async def close(self) -> None:
        """Write what is not yet written."""
        if self._flushing is not None:
            self._flushing.cancel()
        await self._flush()

    async def _flush_soon(self) -> None:
        while self._sums:
            await asyncio.sleep(_FLUSH_S)
            await self._flush()

    async def _flush(self) -> None:
        sums, self._sums = self._sums, {}
        for (authority, kind), total in sums.items():
            values = {
                "authority": authority,
                "kind": kind,
                "requests": total.requests,
                "input_tokens": total.input_tokens,
                "output_tokens": total.output_tokens,
            }
            try:
                async with self._database.transaction(RowScope(authority=authority)) as connection:
                    await connection.execute(_ADD, values)
            except SQLAlchemyError as error:
                log.error("usage not written, kept for later", error=type(error).__name__)
                kept = self._sums.setdefault((authority, kind), _Sum())
                kept.requests += total.requests
                kept.input_tokens += total.input_tokens
                kept.output_tokens += total.output_tokens
