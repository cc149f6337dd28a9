# SPDX-License-Identifier: EUPL-1.2
"""How long the queue of the ingestion is, as `/metrics` shows it."""

import psycopg
import pytest

from genius_common.database import Database
from genius_retrieval.ingest.figures import QueueFigures
from genius_retrieval.ingest.queue import QUEUE
from genius_retrieval.metrics import registry
from tests.support.postgres import TestPostgres, conninfo
from tests.support.retrieval import RetrievalService


@pytest.fixture
def job(service: RetrievalService, postgres_server: TestPostgres) -> object:
    """Write a job that no worker takes yet (it is due tomorrow, or another queue's)."""
    url = conninfo(postgres_server.superuser_url(service.app_url))

    def write(status: str, age_s: int, queue: str = QUEUE) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
                " VALUES (%s, 'nothing', %s, now() + interval '1 day') RETURNING id",
                (queue, status),
            ).fetchone()
            assert row
            # The trigger of the queue has written a moment of its own.
            connection.execute(
                "UPDATE procrastinate_events SET at = now() - make_interval(secs => %s) WHERE job_id = %s",
                (age_s, row[0]),
            )

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'nothing'")
    yield write
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'nothing'")


def shown(name: str, **labels: str) -> float:
    value = registry.get_sample_value(f"genius_retrieval_{name}", labels)
    assert value is not None
    return value


async def test_what_waits_is_counted_and_how_long(database: Database, job) -> None:  # type: ignore[no-untyped-def]
    figures = QueueFigures(database)
    await figures.look()
    before = {state: shown("ingest_jobs", state=state) for state in ("waiting", "failed")}
    job("todo", 60)
    job("todo", 600)
    job("failed", 9_000)
    job("todo", 90_000, queue="another")
    await figures.look()
    assert shown("ingest_jobs", state="waiting") == before["waiting"] + 2
    assert shown("ingest_jobs", state="failed") == before["failed"] + 1
    assert 600 <= shown("oldest_ingest_job_seconds") < 9_000


async def test_without_jobs_nothing_is_old(database: Database, job) -> None:  # type: ignore[no-untyped-def]
    await QueueFigures(database).look()
    assert shown("ingest_jobs", state="waiting") == 0
    assert shown("oldest_ingest_job_seconds") == 0
