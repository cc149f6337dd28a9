# SPDX-License-Identifier: EUPL-1.2
"""What waits in the database, and whether the services answer, looked at by the clock and shown as gauges.

It goes through the authorities one by one in the scope of each (nothing sees past row-level security) and keeps their
sums only. Every replica of the gateway shows the same, so a dashboard takes the largest.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

import orjson
import structlog
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from genius_common.database import Database, RowScope, rescope
from genius_gateway.periodic import periodically

log = structlog.get_logger(__name__)
EVERY_S = 30.0
_AUTHORITIES = text("SELECT id FROM authorities ORDER BY id")
_RUNS = text(
    "SELECT count(*) FILTER (WHERE state = 'queued' AND job AND lease_until IS NULL) AS waiting,"
    " count(*) FILTER (WHERE state = 'running') AS running,"
    " extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'queued' AND job AND lease_until IS NULL))"
    " AS oldest FROM runs WHERE state IN ('queued', 'running')"
)
_CALLBACKS = text(
    "SELECT count(*) FILTER (WHERE state = 'pending') AS pending,"
    " count(*) FILTER (WHERE state = 'dead') AS given_up FROM callback_deliveries WHERE authority = :authority"
    " AND (state = 'pending' OR (state = 'dead' AND ended_at > now() - interval '1 day'))"
)
# A checkpoint covers all that was recorded until it was made; the heads say what there is now.
_UNCOVERED = text(
    "SELECT (SELECT coalesce(sum(seq), 0) FROM audit_heads) AS records,"
    " (SELECT body FROM audit_checkpoints ORDER BY number DESC LIMIT 1) AS body,"
    " (SELECT extract(epoch FROM now() - at) FROM audit_checkpoints ORDER BY number DESC LIMIT 1) AS age"
)
_UP = {"ok": 1.0, "degraded": 0.5, "down": 0.0}
Checks = Callable[[], Awaitable[Mapping[str, str]]]


class Backlog:
    """`look` reads everything once; `every` does so by the clock while its context is open.

    `checks` answers `ok`, `degraded` or `down` by the name of what the gateway depends on.
    """

    def __init__(self, database: Database, checks: Checks, registry: CollectorRegistry) -> None:
        self._database = database
        self._checks = checks
        self._uncovered_since: float | None = None

        def gauge(name: str, meaning: str, *labels: str) -> Gauge:
            return Gauge(f"genius_gateway_{name}", meaning, labels, registry=registry)

        self._runs = gauge("runs", "Jobs that wait for a place, and runs that go on, in all authorities", "state")
        self._oldest = gauge("oldest_waiting_run_seconds", "Age of the job that waits longest, 0 without one")
        self._callbacks = gauge("callbacks", "Callbacks to be sent, and those given up within a day", "state")
        self._records = gauge("audit_uncovered_records", "Audit records after the newest checkpoint")
        self._uncovered = gauge("audit_uncovered_seconds", "Age of the newest checkpoint while records follow it")
        self._up = gauge("dependency_up", "1 works, 0.5 works in parts, 0 does not answer", "dependency")
        self._read_at = gauge("backlog_read_timestamp_seconds", "When these figures were read last (Unix time)")

    def every(self, seconds: float) -> AbstractAsyncContextManager[None]:
        return periodically(self.look, seconds)

    async def look(self) -> None:
        """Read all figures. Where the database is away they stay as they are, and their time says how old they are."""
        for name, condition in (await self._checks()).items():
            self._up.labels(name).set(_UP.get(condition, 0.0))
        try:
            await self._of_authorities()
            await self._of_audit()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("backlog not read", error=type(error).__name__)
            return
        self._read_at.set(time.time())

    async def _of_authorities(self) -> None:
        waiting = running = pending = given_up = 0
        oldest = 0.0
        async with self._database.transaction(RowScope()) as connection:
            for authority in list((await connection.execute(_AUTHORITIES)).scalars()):
                await rescope(connection, RowScope(authority=authority))
                runs = (await connection.execute(_RUNS)).one()
                sent = (await connection.execute(_CALLBACKS, {"authority": authority})).one()
                waiting, running = waiting + runs.waiting, running + runs.running
                pending, given_up = pending + sent.pending, given_up + sent.given_up
                oldest = max(oldest, float(runs.oldest or 0))
        self._runs.labels("waiting").set(waiting)
        self._runs.labels("running").set(running)
        self._callbacks.labels("pending").set(pending)
        self._callbacks.labels("given_up").set(given_up)
        self._oldest.set(oldest)

    async def _of_audit(self) -> None:
        async with self._database.transaction(RowScope(tenant_wide=True)) as connection:
            row = (await connection.execute(_UNCOVERED)).one()
        records = int(row.records) - _covered(row.body)
        self._records.set(records)
        if not records:
            self._uncovered_since = None
        elif self._uncovered_since is None:
            self._uncovered_since = time.monotonic()
        # Without any checkpoint nothing tells since when; then this process's own first look counts.
        own = 0.0 if self._uncovered_since is None else time.monotonic() - self._uncovered_since
        self._uncovered.set(float(row.age) if records and row.age is not None else own)


def _covered(body: str | None) -> int:
    return sum(int(head["seq"]) for head in orjson.loads(body)["heads"].values()) if body else 0
