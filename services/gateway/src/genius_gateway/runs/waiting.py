# SPDX-License-Identifier: EUPL-1.2
"""Whose turn it is among the waiting jobs of one authority; needs the scope of maintenance (an authority, no person).

Persons (and applications) take turns: first who was never served, then who was served longest ago, each with the job
that waits longest. That is read from the rows alone, so it is the same in every process and after every crash.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_gateway.runs.repository import WAITING
from genius_gateway.runs.tables import runs

_MOST = 20_000
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
_served = runs.alias("served")


def _last_served(owner: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.max(_served.c.started_at)).where(_served.c.owner == owner, _served.c.job).scalar_subquery()


async def next_waiting(connection: AsyncConnection) -> sa.Row[UUID, UUID] | None:
    """`id` and `owner` of the job whose turn it is; None where none waits."""
    first = (
        sa.select(runs.c.id, runs.c.owner, runs.c.created_at)
        .distinct(runs.c.owner)
        .where(WAITING)
        .order_by(runs.c.owner, runs.c.created_at, runs.c.id)
        .subquery()
    )
    turn = sa.select(first.c.id, first.c.owner).order_by(
        _last_served(first.c.owner).asc().nulls_first(), first.c.created_at, first.c.id
    )
    return (await connection.execute(turn.limit(1))).first()


async def all_waiting(connection: AsyncConnection) -> list[UUID]:
    """The authority's waiting jobs in the order of their turns."""
    query = (
        sa.select(runs.c.id, runs.c.owner, runs.c.created_at)
        .where(WAITING)
        .order_by(runs.c.created_at, runs.c.id)
        .limit(_MOST)
    )
    rows = list(await connection.execute(query))
    if not rows:
        return []
    owners = sa.select(runs.c.owner).where(WAITING).distinct().subquery()
    served = sa.select(owners.c.owner, _last_served(owners.c.owner).label("at"))
    served_at = {row.owner: row.at or _NEVER for row in await connection.execute(served)}
    lines: dict[UUID, list[UUID]] = {}
    for row in rows:
        lines.setdefault(row.owner, []).append(row.id)
    ordered = sorted(lines, key=lambda owner: served_at.get(owner, _NEVER))  # stable: who came first stays before
    return list(in_turns([lines[owner] for owner in ordered]))


def in_turns(lines: Sequence[Iterable[UUID]]) -> Iterable[UUID]:
    """One of each line, again and again, until all are empty."""
    for turn in zip_longest(*lines):
        yield from (run for run in turn if run is not None)


class Ring:
    """Which authority is next: each once before any comes again. `put` tells that something waits there."""

    def __init__(self) -> None:
        self._line: deque[UUID] = deque()

    def __len__(self) -> int:
        return len(self._line)

    def put(self, authority: UUID) -> None:
        if authority not in self._line:
            self._line.append(authority)

    def take(self) -> UUID:
        return self._line.popleft()

    @property
    def order(self) -> list[UUID]:
        return list(self._line)
