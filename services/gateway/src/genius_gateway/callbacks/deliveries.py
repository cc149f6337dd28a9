# SPDX-License-Identifier: EUPL-1.2
"""Rows of deliveries: what is due, what became of it, what was given up. Ids, times and a status, no content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_INSERT = text(
    "INSERT INTO callback_deliveries (id, authority, owner, application, run, target, next_at)"
    " SELECT :id, authority, owner, application, id, callback, now() FROM runs WHERE id = :run AND callback IS NOT NULL"
)
_CLAIM = text(
    "UPDATE callback_deliveries SET attempts = attempts + 1, next_at = now() + make_interval(secs => :lease)"
    " WHERE id IN (SELECT id FROM callback_deliveries WHERE authority = :authority AND state = 'pending'"
    "  AND next_at <= now() ORDER BY next_at LIMIT :most FOR UPDATE SKIP LOCKED)"
    " RETURNING id, authority, owner, application, run, target, attempts"
)
_DONE = text(
    "UPDATE callback_deliveries SET state = :state, status = :status, reason = :reason,"
    " next_at = now() + make_interval(secs => :pause), ended_at = CASE WHEN :ended THEN now() END"
    " WHERE id = :id AND state = 'pending' AND attempts = :attempts"
)
_SHOWN = (
    "SELECT d.id, d.run, r.module, r.state AS run_state, d.state, d.attempts, d.next_at, d.status, d.reason,"
    " d.created_at, d.ended_at, a.client_id AS application, t.url FROM callback_deliveries d"
    " LEFT JOIN applications a ON a.id = d.application LEFT JOIN callback_targets t ON t.id = d.target"
    " LEFT JOIN runs r ON r.id = d.run WHERE d.authority = :authority"
    " AND (CAST(:state AS text) IS NULL OR d.state = :state)"
    " AND (CAST(:application AS uuid) IS NULL OR d.application = :application)"
    " AND (CAST(:owner AS uuid) IS NULL OR d.owner = :owner)"
)
_LIST = text(_SHOWN + " ORDER BY d.created_at DESC, d.id DESC LIMIT :limit")
_AGAIN = text(
    "UPDATE callback_deliveries SET state = 'pending', attempts = 0, next_at = now(), ended_at = NULL"
    " WHERE id = :id AND authority = :authority"
    " AND (CAST(:application AS uuid) IS NULL OR application = :application)"
    " AND (CAST(:owner AS uuid) IS NULL OR owner = :owner) RETURNING run"
)


@dataclass(frozen=True, slots=True)
class Due:
    """One attempt that is ours until its lease ends; `attempts` counts it."""

    id: UUID
    authority: UUID
    owner: UUID
    application: UUID
    run: UUID
    target: UUID
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Which deliveries: all of an authority (its administration), of an application, of it acting for a person."""

    authority: UUID
    application: UUID | None = None
    owner: UUID | None = None

    def values(self) -> dict[str, UUID | None]:
        return {"authority": self.authority, "application": self.application, "owner": self.owner}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an attempt ended. `pause_s` None: there is no other."""

    delivered: bool = False
    status: int | None = None
    reason: str | None = None
    pause_s: float | None = None


async def insert(connection: AsyncConnection, run: UUID) -> None:
    """The run has ended: its callback, if it has one, is due. In the transaction of the end, in the owner's scope."""
    await connection.execute(_INSERT, {"id": uuid4(), "run": run})


async def claim(connection: AsyncConnection, authority: UUID, most: int, lease_s: float) -> Sequence[Due]:
    """What is due now, ours for `lease_s`; a process that dies leaves it to another after that."""
    rows = await connection.execute(_CLAIM, {"authority": authority, "most": most, "lease": lease_s})
    return [Due(**row._asdict()) for row in rows]


async def end(connection: AsyncConnection, due: Due, ended: Ended) -> None:
    """What became of the attempt; nothing where another one has begun meanwhile."""
    last = ended.delivered or ended.pause_s is None
    values = {
        "id": due.id,
        "attempts": due.attempts,
        "state": "delivered" if ended.delivered else "dead" if last else "pending",
        "status": ended.status,
        "reason": ended.reason,
        "pause": ended.pause_s or 0.0,
        "ended": last,
    }
    await connection.execute(_DONE, values)


async def listed(connection: AsyncConnection, whose: Whose, state: str | None, limit: int) -> list[dict[str, Any]]:
    """Newest first."""
    rows = await connection.execute(_LIST, {**whose.values(), "state": state, "limit": limit})
    return [row._asdict() for row in rows]


async def again(connection: AsyncConnection, whose: Whose, delivery: UUID) -> UUID | None:
    """Make it due now, with all its attempts before it; answers its run, None where there is no such delivery."""
    found: UUID | None = (await connection.execute(_AGAIN, {**whose.values(), "id": delivery})).scalar_one_or_none()
    return found


def pause_after(attempts: int, pauses: Sequence[float]) -> float | None:
    """Seconds until the next attempt, None after the last."""
    return pauses[attempts - 1] if attempts <= len(pauses) else None


LEASE_EXTRA = dt.timedelta(seconds=30)
"""Beyond what a target may take: reading the run, the look-up, storing the end."""
