# SPDX-License-Identifier: EUPL-1.2
"""Jobs of the ingestion on procrastinate. A job's row holds ids only; it is written with the document's row.

One process works them off: the service itself with Qdrant Edge, which admits no second one; with a server, a worker
beside it. So every job that stands as running when that process starts was interrupted (`_recover`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import procrastinate
import psycopg
import sqlalchemy as sa
import structlog
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.utils import utcnow
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from genius_retrieval.errors import IndexUnavailable, ScannerUnavailable, StorageUnavailable

log = structlog.get_logger(__name__)

QUEUE = "ingest"
AWAY = (IndexUnavailable, ScannerUnavailable, StorageUnavailable)
"""What is waited for as long as it takes."""
MAX_ATTEMPTS = 5
_LONGEST_WAIT_S, _AWAY_WAIT_S = 3_600, 60
_RESTART_SECONDS = (1, 2, 5, 10)
_BEAT_S, _SILENT_S = 10.0, 30.0
_BEATS = sa.text(
    "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :silent))"
)


@dataclass(frozen=True, slots=True)
class Target:
    """The document that a job is about, with the row scope that it needs (all ids).

    `again`: it is to be read although it is ready, since pages of it could not be recognised then.
    """

    document: UUID
    authority: UUID | None
    person: UUID
    again: bool = False

    def arguments(self) -> dict[str, Any]:
        authority = str(self.authority) if self.authority else None
        again = {"again": True} if self.again else {}
        return {"document": str(self.document), "authority": authority, "person": str(self.person), **again}

    @classmethod
    def of(cls, arguments: dict[str, Any]) -> Target:
        authority = arguments["authority"]
        owner, person = UUID(authority) if authority else None, UUID(arguments["person"])
        return cls(UUID(arguments["document"]), owner, person, arguments.get("again", False))


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What a deleted document leaves behind outside the database. `also`: a collection that was being built."""

    document: UUID
    collection: UUID | None
    objects: tuple[UUID, ...]
    also: UUID | None = None

    @property
    def collections(self) -> tuple[UUID, ...]:
        return tuple(one for one in (self.collection, self.also) if one)

    def arguments(self) -> dict[str, Any]:
        collection = str(self.collection) if self.collection else None
        also = {"also": str(self.also)} if self.also else {}
        objects = [str(o) for o in self.objects]
        return {"document": str(self.document), "collection": collection, "objects": objects, **also}

    @classmethod
    def of(cls, arguments: dict[str, Any]) -> Leftovers:
        collection, also = arguments["collection"], arguments.get("also")
        return cls(
            UUID(arguments["document"]),
            UUID(collection) if collection else None,
            tuple(UUID(o) for o in arguments["objects"]),
            UUID(also) if also else None,
        )


Ingest = Callable[[Target, bool], Awaitable[None]]
Purge = Callable[[Leftovers], Awaitable[None]]


class _Retry(BaseRetryStrategy):
    """2, 4, 8 … seconds later, an hour at most, `attempts` times (None = without end).

    An index, scanner or store that is away, or has no room, is waited for in any case: no document fails of that.
    """

    def __init__(self, attempts: int | None = None) -> None:
        self._attempts = attempts

    @override
    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        away = isinstance(exception, AWAY)
        if not away and self._attempts and job.attempts >= self._attempts:
            return None
        wait = min(2 ** min(job.attempts + 1, 12), _AWAY_WAIT_S if away else _LONGEST_WAIT_S)
        return RetryDecision(retry_in={"seconds": wait})


class IngestQueue:
    """Defers jobs within a caller's transaction and runs them with `concurrency` at a time."""

    def __init__(self, conninfo: str, concurrency: int) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=conninfo, min_size=1, max_size=concurrency + 2, timeout=10, kwargs={"connect_timeout": 5}
        )
        self._app = procrastinate.App(connector=connector)
        self._concurrency = concurrency
        self._worker: asyncio.Task[None] | None = None
        self._stopping = False

    def handle(self, ingest: Ingest, purge: Purge) -> None:
        """Register what the jobs do; `ingest` gets whether this is the last attempt."""

        async def run_ingest(context: procrastinate.JobContext, /, **arguments: Any) -> None:
            await ingest(Target.of(arguments), context.job.attempts >= MAX_ATTEMPTS)

        async def run_purge(**arguments: Any) -> None:
            await purge(Leftovers.of(arguments))

        self._app.task(queue=QUEUE, name="ingest", pass_context=True, retry=_Retry(MAX_ATTEMPTS))(run_ingest)
        self._app.task(queue=QUEUE, name="purge", retry=_Retry())(run_purge)

    async def defer(self, connection: AsyncConnection, work: Target | Leftovers) -> None:
        """Write a job in the transaction of `connection`: it exists exactly if that commits.

        The jobs of one document run one after the other in this order: what a failed attempt left is removed before the
        next one writes.
        """
        raw = (await connection.get_raw_connection()).driver_connection
        name = "ingest" if isinstance(work, Target) else "purge"
        task = self._app.configure_task(name, connection=raw, lock=str(work.document))
        await task.defer_async(**work.arguments())

    async def open(self) -> None:
        """Be ready to write jobs, which another process works off."""
        await self._app.open_async()

    async def start(self) -> None:
        await self.open()
        await self._recover()
        self._worker = asyncio.create_task(self._work(), name="ingest worker")

    async def stop(self) -> None:
        self._stopping = True
        if self._worker:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker
        await self._app.close_async()

    async def is_worked_off(self, connection: AsyncConnection) -> bool:
        """Whether the worker runs, here or in the process beside, which gives a sign of life every 10 s."""
        if self._worker is not None:
            return not self._worker.done()
        return bool((await connection.execute(_BEATS, {"silent": _SILENT_S})).scalar_one())

    async def _recover(self) -> None:
        """Give the jobs of a killed process back to the queue."""
        manager = self._app.job_manager
        for job in await manager.list_jobs_async(queue=QUEUE, status=Status.DOING.value):
            assert job.id is not None
            await manager.retry_job_by_id_async(job.id, retry_at=utcnow())
            log.info("interrupted job taken up again", task=job.task_name, job=job.id)

    async def _work(self) -> None:
        """Run the worker; a lost database ends it, and it comes back with back-off.

        Procrastinate takes a cancellation as the wish to end well; where the database is away, that ends as an error.
        """
        failures = 0
        while not self._stopping:
            try:
                await self._app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    delete_jobs="successful",
                    update_heartbeat_interval=_BEAT_S,
                    shutdown_graceful_timeout=5,
                )
                return
            except (procrastinate.exceptions.ConnectorException, psycopg.Error, OSError) as error:
                if self._stopping:
                    return
                wait = _RESTART_SECONDS[min(failures, len(_RESTART_SECONDS) - 1)]
                failures += 1
                log.warning("ingest worker lost the database", error=type(error).__name__, retry_in=wait)
                await asyncio.sleep(wait)
