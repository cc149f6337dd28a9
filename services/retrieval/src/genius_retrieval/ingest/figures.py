# SPDX-License-Identifier: EUPL-1.2
"""How long the queue of the ingestion is, looked at by the clock; shown by the process that works it off."""

from __future__ import annotations

import sqlalchemy as sa

from genius_common.database import Database, RowScope
from genius_retrieval.ingest.queue import QUEUE
from genius_retrieval.metrics import INGEST_JOBS, OLDEST_INGEST_JOB

EVERY_S, FIRST_S = 30.0, 2.0
_JOBS = sa.text(
    "SELECT count(*) FILTER (WHERE status = 'todo') AS waiting, count(*) FILTER (WHERE status = 'doing') AS running,"
    " count(*) FILTER (WHERE status = 'failed') AS failed, extract(epoch FROM now() - ("
    "  SELECT min(e.at) FROM procrastinate_events e JOIN procrastinate_jobs j ON j.id = e.job_id"
    "  WHERE e.type = 'deferred' AND j.status = 'todo' AND j.queue_name = :queue)) AS oldest"
    " FROM procrastinate_jobs WHERE queue_name = :queue AND status IN ('todo', 'doing', 'failed')"
)


class QueueFigures:
    """`look` reads them once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self) -> None:
        async with self._database.transaction(RowScope()) as connection:
            row = (await connection.execute(_JOBS, {"queue": QUEUE})).one()
        for state in ("waiting", "running", "failed"):
            INGEST_JOBS.labels(state).set(getattr(row, state))
        OLDEST_INGEST_JOB.set(float(row.oldest or 0))
