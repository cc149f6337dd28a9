# SPDX-License-Identifier: EUPL-1.2
"""Rows of runs. Every function takes a connection that is already limited to the owner of the run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.principal import ProtectionClass
from genius_gateway.runs.live import BLOCK, LoggedEvent
from genius_gateway.runs.sealing import Owner, Sealer
from genius_gateway.runs.tables import run_events, runs

UNFINISHED = ("queued", "running")
NEWS = "genius_run_news"
CANCEL = "genius_run_cancel"
QUEUED = "genius_run_queued"
"""Its payload is the authority; those of the others are runs."""
TRANSIENT = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError, sa.exc.TimeoutError, OSError)
"""What a database that is restarting raises: wait and repeat."""
EndState = Literal["succeeded", "failed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended; `final` repeats `result` or `error`."""

    state: EndState
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    warnings: list[dict[str, Any]]
    partial: bool = False
    mode: str | None = None
    protection_class: str
    input_tokens: int = 0
    output_tokens: int = 0
    sources: frozenset[UUID] = frozenset()


async def notify(connection: AsyncConnection, channel: str, what: UUID) -> None:
    """Tell every replica at commit; the payload is an id only."""
    await connection.execute(sa.select(sa.func.pg_notify(channel, str(what))))


WAITING = sa.and_(runs.c.state == "queued", runs.c.job, runs.c.lease_until.is_(None))
"""A job that no process has a place for yet."""


def waits(row: sa.Row[Any]) -> bool:
    """As `WAITING`, of a row that was read."""
    return bool(row.state == "queued" and row.job and row.lease_until is None)


class RunRepository:
    """SQL of runs and their event logs, with sealing of what is content."""

    def __init__(self, sealer: Sealer, lease_s: float) -> None:
        self.sealer = sealer
        self._lease_s = lease_s

    def _lease(self) -> sa.ColumnElement[dt.datetime]:
        return sa.func.now() + sa.func.make_interval(0, 0, 0, 0, 0, 0, self._lease_s)

    async def insert(
        self, connection: AsyncConnection, owner: Owner, runner: UUID, request: Any, values: dict[str, Any]
    ) -> bool:
        """Create a queued run that `runner` will take; a job waits for whoever has a place.

        False if its idempotency key is taken already.
        """
        waiting = values.get("job", False)
        sealed = await self.sealer.seal(connection, owner, request, f"runs/request/{values['id']}")
        row = {
            **values,
            "authority": owner.authority,
            "owner": owner.person,
            "state": "queued",
            "request": sealed,
            "seq_reserved": BLOCK,
            "runner": None if waiting else runner,
            "lease_until": None if waiting else self._lease(),
        }
        query = insert(runs).values(row).on_conflict_do_nothing().returning(runs.c.id)
        if (await connection.execute(query)).scalar_one_or_none() is None:
            return False
        if waiting:
            await notify(connection, QUEUED, owner.authority)
        return True

    async def get(self, connection: AsyncConnection, run: UUID) -> sa.Row[Any] | None:
        return (await connection.execute(sa.select(runs).where(runs.c.id == run))).one_or_none()

    async def by_idempotency_key(self, connection: AsyncConnection, module: str, key: bytes) -> sa.Row[Any] | None:
        query = sa.select(runs).where(runs.c.module == module, runs.c.idempotency_key == key)
        found: sa.Row[Any] | None = (await connection.execute(query)).one_or_none()
        return found

    async def page(
        self, connection: AsyncConnection, limit: int, before: tuple[dt.datetime, UUID] | None, upto: ProtectionClass
    ) -> list[sa.Row[Any]]:
        """Runs of the owner up to a class, newest first, `limit` + 1 of them to see whether more follow."""
        visible = runs.c.protection_class.in_(ProtectionClass.up_to(upto))
        query = sa.select(runs).where(visible).order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(limit + 1)
        if before:
            query = query.where(sa.tuple_(runs.c.created_at, runs.c.id) < sa.tuple_(*before))
        return list(await connection.execute(query))

    async def claim(
        self, connection: AsyncConnection, run: UUID, runner: UUID, *, waiting: bool = False
    ) -> sa.Row[Any] | None:
        """Take an unfinished run whose lease is ours or over, with a new block of event ids; None if it is not free.

        `waiting`: only if it still waits, so that one process alone takes it, and only once.
        """
        free = sa.or_(runs.c.runner == runner, runs.c.lease_until.is_(None), runs.c.lease_until < sa.func.now())
        if waiting:
            free = WAITING
        # Who follows a waiting job is told its place with ids of the first block, which nobody saves.
        new_block = sa.or_(runs.c.attempts > 0, WAITING)
        query = (
            sa.update(runs)
            .where(runs.c.id == run, runs.c.state.in_(UNFINISHED), free)
            .values(
                runner=runner,
                lease_until=self._lease(),
                state="running",
                attempts=runs.c.attempts + 1,
                seq_reserved=sa.case((new_block, runs.c.seq_reserved + BLOCK), else_=runs.c.seq_reserved),
                started_at=sa.func.coalesce(runs.c.started_at, sa.func.now()),
                deadline=sa.func.least(
                    runs.c.deadline, sa.func.now() + sa.func.make_interval(0, 0, 0, 0, 0, 0, runs.c.seconds)
                ),
            )
            .returning(runs)
        )
        claimed: sa.Row[Any] | None = (await connection.execute(query)).one_or_none()
        return claimed

    async def renew(self, connection: AsyncConnection, run: UUID, runner: UUID) -> sa.Row[Any] | None:
        """Prolong the lease; None if the run is no longer ours.

        Answers `cancel_requested`, `metering`, `followed_s`.
        """
        followed = sa.func.extract("epoch", sa.func.now() - runs.c.followed_at).label("followed_s")
        query = (
            sa.update(runs)
            .where(runs.c.id == run, runs.c.runner == runner, runs.c.state == "running")
            .values(lease_until=self._lease())
            .returning(runs.c.cancel_requested, runs.c.metering, followed)
        )
        return (await connection.execute(query)).one_or_none()

    async def release(self, connection: AsyncConnection, run: UUID, runner: UUID) -> None:
        """Give the run up, so that recovery takes it at once."""
        query = sa.update(runs).where(runs.c.id == run, runs.c.runner == runner, runs.c.state.in_(UNFINISHED))
        await connection.execute(query.values(lease_until=sa.func.now()))

    async def reserve(self, connection: AsyncConnection, run: UUID, runner: UUID) -> int | None:
        """Set aside the next block of event ids; answers its end, None if the run is no longer ours."""
        query = sa.update(runs).where(runs.c.id == run, runs.c.runner == runner, runs.c.state == "running")
        reserved = query.values(seq_reserved=runs.c.seq_reserved + BLOCK).returning(runs.c.seq_reserved)
        value = (await connection.execute(reserved)).scalar_one_or_none()
        return None if value is None else int(value)

    async def mark_content_sent(self, connection: AsyncConnection, run: UUID, runner: UUID) -> bool:
        """From now on the run must not be started again by itself."""
        query = sa.update(runs).where(runs.c.id == run, runs.c.runner == runner, runs.c.state == "running")
        return (await connection.execute(query.values(content_sent=True))).rowcount == 1

    async def progress(self, connection: AsyncConnection, run: UUID, done: int) -> None:
        """So many items of a batch are finished. It comes on, so it may be started again as often as if it were new."""
        query = sa.update(runs).where(runs.c.id == run)
        await connection.execute(query.values(progress_done=done, attempts=1))

    async def waiting_of_owner(self, connection: AsyncConnection, owner: Owner) -> int:
        query = sa.select(sa.func.count()).where(runs.c.owner == owner.person, WAITING)
        return int((await connection.execute(query)).scalar_one())

    async def touch_followed(self, connection: AsyncConnection, run: UUID) -> None:
        await connection.execute(sa.update(runs).where(runs.c.id == run).values(followed_at=sa.func.now()))

    async def request_cancel(self, connection: AsyncConnection, run: UUID) -> None:
        query = sa.update(runs).where(runs.c.id == run, runs.c.state.in_(UNFINISHED)).values(cancel_requested=True)
        if (await connection.execute(query)).rowcount:
            await notify(connection, CANCEL, run)

    async def append(
        self, connection: AsyncConnection, owner: Owner, run: UUID, runner: UUID, batch: list[LoggedEvent]
    ) -> bool:
        """Save a batch of events; saving it again changes nothing. False if the run is no longer ours."""
        held = sa.select(runs.c.id).where(runs.c.id == run, runs.c.runner == runner).with_for_update(read=True)
        if (await connection.execute(held)).one_or_none() is None:
            return False
        await self._insert_batch(connection, owner, run, batch)
        await notify(connection, NEWS, run)
        return True

    async def first_events(
        self, connection: AsyncConnection, owner: Owner, run: UUID, batch: list[LoggedEvent]
    ) -> None:
        await self._insert_batch(connection, owner, run, batch)

    async def _insert_batch(
        self, connection: AsyncConnection, owner: Owner, run: UUID, batch: list[LoggedEvent]
    ) -> None:
        first = batch[0].seq
        sealed = await self.sealer.seal(connection, owner, [event.data for event in batch], _place(run, first))
        row = {
            "run": run,
            "seq_from": first,
            "seq_to": batch[-1].seq,
            "authority": owner.authority,
            "owner": owner.person,
            "batch": sealed,
        }
        await connection.execute(insert(run_events).values(row).on_conflict_do_nothing())

    async def events(self, connection: AsyncConnection, run: UUID, after: int = 0) -> list[LoggedEvent]:
        query = (
            sa.select(run_events.c.seq_from, run_events.c.batch)
            .where(run_events.c.run == run, run_events.c.seq_to > after)
            .order_by(run_events.c.seq_from)
        )
        rows = list(await connection.execute(query))
        batches = await self.sealer.open_all(connection, [(row.batch, _place(run, row.seq_from)) for row in rows])
        found = [LoggedEvent.load(data) for batch in batches for data in batch]
        return [event for event in found if event.seq > after]

    async def finish(
        self, connection: AsyncConnection, owner: Owner, run: UUID, runner: UUID, outcome: Outcome
    ) -> bool:
        """Write the end of a run. False if it is no longer ours, or has ended already."""
        sealed = {
            name: None
            if (value := getattr(outcome, name)) is None
            else await self.sealer.seal(connection, owner, value, f"runs/{name}/{run}")
            for name in ("result", "error", "warnings")
        }
        query = (
            sa.update(runs)
            .where(runs.c.id == run, runs.c.runner == runner, runs.c.state == "running")
            .values(
                **sealed,
                state=outcome.state,
                error_code=outcome.error["code"] if outcome.error else None,
                partial=outcome.partial,
                mode=outcome.mode,
                protection_class=outcome.protection_class,
                input_tokens=outcome.input_tokens,
                output_tokens=outcome.output_tokens,
                sources=sorted(outcome.sources),
                finished_at=sa.func.now(),
                lease_until=None,
            )
        )
        return (await connection.execute(query)).rowcount == 1

    async def open_content(self, connection: AsyncConnection, row: sa.Row[Any]) -> dict[str, Any]:
        """The decrypted `result`, `error` and `warnings` of a run's row."""
        names = [name for name in ("result", "error", "warnings") if getattr(row, name) is not None]
        opened = await self.sealer.open_all(
            connection, [(getattr(row, name), f"runs/{name}/{row.id}") for name in names]
        )
        return dict(zip(names, opened, strict=True))

    async def expired(self, connection: AsyncConnection) -> list[sa.Row[Any]]:
        """Unfinished runs of the authority whose runner is gone, and waiting jobs that are not to start any more.

        Needs the scope of maintenance (no person).
        """
        gone = sa.or_(runs.c.lease_until.is_(None), runs.c.lease_until < sa.func.now())
        over = sa.or_(runs.c.cancel_requested, runs.c.deadline < sa.func.now())
        query = (
            sa.select(runs.c.id, runs.c.owner, runs.c.job, runs.c.state, runs.c.lease_until)
            .where(runs.c.state.in_(UNFINISHED), gone, sa.or_(sa.not_(WAITING), over))
            .order_by(runs.c.created_at)
            .limit(100)
        )
        return list(await connection.execute(query))


def _place(run: UUID, seq_from: int) -> str:
    return f"run_events/batch/{run}/{seq_from}"
