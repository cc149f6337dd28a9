# SPDX-License-Identifier: EUPL-1.2
"""What an external module uses of models, counted by inference and kept here: nobody asks the module itself.

Before each request to a model inference sets tokens aside for it (`hold`), by an id that the module never learns, and
tells afterwards what the request has used (`settle`). Both come with the run's token. A module that calls these itself
can only count more against itself. A batch counts each of its inputs by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import bindparam

from genius_common.database import Database
from genius_common.errors import NotAuthenticated
from genius_common.events import UsageTotals
from genius_common.principal import Principal
from genius_gateway.runs.errors import RunTokensSpent
from genius_gateway.runs.job import is_item
from genius_gateway.scopes import row_scope

_RUNNING = text("SELECT 1 FROM runs WHERE id = :run AND state IN ('queued', 'running')")
_BATCHES = text("SELECT id, progress_total FROM runs WHERE state = 'running' AND progress_total IS NOT NULL")
_READ = text("SELECT metering FROM runs WHERE id = :row FOR UPDATE")
_WRITE = text("UPDATE runs SET metering = :metering WHERE id = :row").bindparams(bindparam("metering", type_=JSONB))
_MOST_HOLDS = 64
_SETTLED_S, _LOOK_S = 2.0, 0.05
Stored = Callable[[Callable[[AsyncConnection], Awaitable["Meter"]]], Awaitable["Meter"]]


class Hold(BaseModel):
    """Tokens set aside for one request to a model: of its prompt as estimated, and of its answer at most."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: int = Field(ge=0)
    output: int = Field(ge=0)


class Meter(BaseModel):
    """Of one run, or of one input of a batch. `spent`: a request was refused since there was nothing left for it."""

    model_config = ConfigDict(extra="forbid")

    input: int = 0
    output: int = 0
    spent: bool = False
    holds: dict[str, Hold] = {}

    @property
    def used(self) -> UsageTotals:
        """What no request has told counts as it was set aside."""
        held = self.holds.values()
        return UsageTotals(
            input_tokens=self.input + sum(one.input for one in held),
            output_tokens=self.output + sum(one.output for one in held),
        )

    def over(self, limit: int) -> bool:
        return self.spent or self.input + self.output > limit


@dataclass(frozen=True, slots=True)
class Granted:
    """What inference gets: the id of the hold, and the tokens that the answer may have."""

    id: str
    output: int


async def row_of(connection: AsyncConnection, run: UUID) -> UUID:
    """The row of a run that goes on, also for an input of a batch. Raises: NotAuthenticated."""
    if (await connection.execute(_RUNNING, {"run": run})).first() is not None:
        return run
    for batch in (await connection.execute(_BATCHES)).all():
        if is_item(run, batch.id, batch.progress_total):
            found: UUID = batch.id
            return found
    raise NotAuthenticated


async def read(connection: AsyncConnection, row: UUID, run: UUID) -> Meter:
    """In the scope of the run's owner; nobody else changes it until the transaction ends."""
    stored = (await connection.execute(_READ, {"row": row})).scalar_one_or_none()
    return Meter.model_validate((stored or {}).get(str(run), {}))


def spent(metering: dict[str, Any] | None, run: UUID) -> bool:
    """Of the column of a run: whether a request was refused already."""
    return bool((metering or {}).get(str(run), {}).get("spent"))


async def _write(connection: AsyncConnection, row: UUID, run: UUID, meter: Meter) -> None:
    stored: dict[str, Any] = (await connection.execute(_READ, {"row": row})).scalar_one_or_none() or {}
    await connection.execute(_WRITE, {"row": row, "metering": {**stored, str(run): meter.model_dump()}})


class Metering:
    """For inference, in the name of the run's owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hold(self, principal: Principal, run: UUID, limit: int, wanted: Hold) -> Granted:
        """Raises: NotAuthenticated where the run has ended, RunTokensSpent."""
        async with self._database.transaction(row_scope(principal)) as connection:
            row = await row_of(connection, run)
            meter = await read(connection, row, run)
            used = meter.used
            least = wanted.input + min(1, wanted.output)
            left = limit - used.input_tokens - used.output_tokens - wanted.input
            granted = None
            if left >= min(1, wanted.output) and len(meter.holds) < _MOST_HOLDS:
                granted = Granted(str(uuid4()), min(wanted.output, left))
                meter.holds[granted.id] = Hold(input=wanted.input, output=granted.output)
            elif meter.input + meter.output + least > limit:
                meter.spent = True  # not only because other requests go on at the same time
            await _write(connection, row, run, meter)
        if granted is None:
            raise RunTokensSpent
        return granted

    async def settle(self, principal: Principal, run: UUID, hold: str, used: Hold) -> None:
        """Count what a request has used in place of what was set aside. Raises: NotAuthenticated."""
        async with self._database.transaction(row_scope(principal)) as connection:
            row = await row_of(connection, run)
            meter = await read(connection, row, run)
            meter.holds.pop(hold, None)
            meter.input += used.input
            meter.output += used.output
            await _write(connection, row, run, meter)


async def closed(stored: Stored, row: UUID, run: UUID) -> Meter:
    """The meter at the end of a run, when its last requests have told what they used, or time enough for it has passed.

    `stored` does something in a transaction of the owner.
    """
    until = time.monotonic() + _SETTLED_S
    while True:
        meter = await stored(lambda connection: read(connection, row, run))
        if not meter.holds or time.monotonic() > until:
            return meter
        await asyncio.sleep(_LOOK_S)
