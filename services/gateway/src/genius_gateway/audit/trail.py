# SPDX-License-Identifier: EUPL-1.2
"""The audit trail of one process: in the caller's transaction, or in one of its own that many requests share."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_gateway.audit.chain import AuditRecord, append, require_known
from genius_gateway.audit.errors import AuditUnavailable
from genius_gateway.operation.figures import AUDIT_RECORDS

log = structlog.get_logger(__name__)
_MAX_BATCH = 500
# Under load a transaction for a handful of records costs more than the requests themselves. A model takes longer to
# its first word than this pause, and a single caller never waits for it.
_BUSY = 4
_GATHER_S = 0.01
_Waiting = tuple[AuditRecord, "asyncio.Future[None]"]


class AuditTrail:
    """`append` for effects in the database; `record` waits until the record is durable (group commit)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[UUID | None, list[_Waiting]] = {}
        self._writers: dict[UUID | None, asyncio.Task[None]] = {}

    async def append(self, connection: AsyncConnection, record: AuditRecord) -> None:
        """Write `record` in the caller's transaction, whose scope must be the record's authority."""
        await append(connection, [record])

    async def record(self, record: AuditRecord) -> None:
        """Return when `record` is durable, together with those that waited meanwhile. Raises: AuditUnavailable."""
        require_known([record])
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(record.authority, []).append((record, done))
        if record.authority not in self._writers:
            self._writers[record.authority] = asyncio.create_task(self._write(record.authority))
        await asyncio.shield(done)

    async def close(self) -> None:
        """Wait for what is still being written."""
        await asyncio.gather(*self._writers.values(), return_exceptions=True)

    async def _write(self, authority: UUID | None) -> None:
        try:
            while batch := self._waiting.pop(authority, []):
                for start in range(0, len(batch), _MAX_BATCH):
                    await self._commit(authority, batch[start : start + _MAX_BATCH])
                if len(batch) >= _BUSY:
                    await asyncio.sleep(_GATHER_S)
        finally:
            del self._writers[authority]

    async def _commit(self, authority: UUID | None, batch: list[_Waiting]) -> None:
        scope = RowScope(authority=authority, tenant_wide=authority is None)
        failure: AuditUnavailable | None = None
        try:
            async with self._database.transaction(scope) as connection:
                await append(connection, [record for record, _ in batch])
        except (AuditUnavailable, SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("audit record not written", error=type(error).__name__, records=len(batch))
            failure = AuditUnavailable()
        AUDIT_RECORDS.labels("written" if failure is None else "failed").inc(len(batch))
        for _, done in batch:
            if done.done():
                continue
            if failure is None:
                done.set_result(None)
            else:
                done.set_exception(failure)
