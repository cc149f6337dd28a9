# SPDX-License-Identifier: EUPL-1.2
"""Reads the log for the inspection, in its own row scope and nowhere else (§ 6 Abs. 3 StDAV)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import RowScope
from genius_common.keys import KeyRing
from genius_gateway.retrieval_log.log import place
from genius_gateway.retrieval_log.schemas import Entry, Narrowed

INSPECTION = RowScope(inspection=True)
_COLUMNS = "id, at, authority, person, application, kind, category, case_id, object, hits, outcome, status, sealed"
_PAGE = text(
    f"SELECT {_COLUMNS} FROM retrieval_log WHERE at >= :begin AND at < :until"  # noqa: S608 constants only
    " AND (CAST(:kind AS text) IS NULL OR kind = :kind) AND (CAST(:outcome AS text) IS NULL OR outcome = :outcome)"
    " AND (CAST(:category AS text) IS NULL OR category = :category)"
    " AND (CAST(:case AS uuid) IS NULL OR case_id = CAST(:case AS uuid))"
    " AND (at, id) > (:at, :id) ORDER BY at, id LIMIT CAST(:size AS int)"
)
_SOME = text(f"SELECT {_COLUMNS} FROM retrieval_log WHERE id = ANY(:ids)")  # noqa: S608 constants only
# A lot for each entry: its SHA-256 with the seed. Anybody who has both can draw again.
_DRAWN = text(
    "SELECT id, at FROM retrieval_log WHERE at >= :begin AND at < :until"
    " ORDER BY sha256(convert_to(:seed || ':' || id::text, 'UTF8')), id LIMIT CAST(:size AS int)"
)
_COUNT = text("SELECT count(*) FROM retrieval_log WHERE at >= :begin AND at < :until")


class LogReader:
    """All calls take the connection of a transaction in the scope `INSPECTION`."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def page(
        self,
        connection: AsyncConnection,
        begin: dt.datetime,
        until: dt.datetime,
        after: tuple[dt.datetime, UUID],
        size: int,
        narrowed: Narrowed,
    ) -> list[Entry]:
        """At most `size` entries after a position, oldest first."""
        values = {"begin": begin, "until": until, "at": after[0], "id": after[1], "size": size, **dict(narrowed)}
        return await self._opened(connection, (await connection.execute(_PAGE, values)).all())

    async def some(self, connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, Entry]:
        """Those of `ids` that are still there."""
        rows = (await connection.execute(_SOME, {"ids": list(ids)})).all()
        return {entry.id: entry for entry in await self._opened(connection, rows)}

    async def draw(
        self, connection: AsyncConnection, begin: dt.datetime, until: dt.datetime, seed: str, size: int
    ) -> tuple[int, list[tuple[UUID, dt.datetime]]]:
        """How many there are in the period, and `size` of them by lot."""
        values = {"begin": begin, "until": until, "seed": seed, "size": size}
        population: int = (await connection.execute(_COUNT, values)).scalar_one()
        return population, [(row.id, row.at) for row in (await connection.execute(_DRAWN, values)).all()]

    async def _opened(self, connection: AsyncConnection, rows: Sequence[Any]) -> list[Entry]:
        key = await self._keys.tenant_key(connection, "audit")
        return [_entry(row, orjson.loads(key.open(bytes(row.sealed), place(row.id)))) for row in rows]


def _entry(row: Any, sealed: dict[str, Any]) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        authority=row.authority,
        person=row.person,
        application=row.application,
        login=sealed["login"],
        kind=row.kind,
        category=row.category,
        case=row.case_id,
        reference=sealed["reference"],
        object=row.object,
        hits=row.hits,
        outcome=row.outcome,
        status=row.status,
    )
