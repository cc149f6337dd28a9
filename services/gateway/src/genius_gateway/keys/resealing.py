# SPDX-License-Identifier: EUPL-1.2
"""What retired keys have sealed, sealed anew with their successors, column by column of the record of tables.

A value is replaced only where it is still what was read, so that a change meanwhile is never undone; a second run finds
what the first left.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text

from genius_common.crypto import ContentKey, Undecryptable, key_id_of
from genius_common.database import Database
from genius_common.keys import KeyRing
from genius_common.keys_rotation import KeyMaintenance
from genius_common.processing import Table
from genius_gateway.keys.whole import tables, whole

log = structlog.get_logger(__name__)
_PAGE = 200


class Resealing:
    """`rotate`, then `run` until it answers 0."""

    def __init__(self, database: Database, ring: KeyRing, maintenance: KeyMaintenance) -> None:
        self._database = database
        self._ring = ring
        self._maintenance = maintenance

    async def run(self, authority: UUID) -> dict[str, int]:
        """How many values were sealed anew (`rows`), keys adopted (`keys`), and left since they don't open (`left`)."""
        async with self._database.transaction(whole(authority)) as connection:
            adopted = await self._maintenance.adopt(connection, authority)
            pairs: dict[UUID, tuple[ContentKey, ContentKey]] = {}
            for retired, fresh in (await self._maintenance.successors(connection, authority)).items():
                pairs[retired] = (await self._ring.by_id(connection, retired), fresh)
        done = {"keys": adopted, "rows": 0, "left": 0}
        if pairs:
            for table in tables():
                for name, column in table.columns.items():
                    if column.place is not None:
                        await self._column(table, name, column.place, authority, pairs, done)
        return done

    async def _column(
        self,
        table: Table,
        name: str,
        place: str,
        authority: UUID,
        pairs: dict[UUID, tuple[ContentKey, ContentKey]],
        done: dict[str, int],
    ) -> None:
        key = ", ".join(table.key)
        after = ", ".join(f":k{index}" for index in range(len(table.key)))
        retired = f"authority = :authority AND substring({name} FROM 2 FOR 16) = ANY(:retired)"
        first = f"SELECT * FROM {table.name} WHERE {retired}"  # noqa: S608 our own names
        order = f" ORDER BY {key} LIMIT {_PAGE}"
        same = " AND ".join(f"{column} = :{column}" for column in table.key)
        change = text(f"UPDATE {table.name} SET {name} = :fresh WHERE {same} AND {name} = :old")  # noqa: S608
        values: dict[str, Any] = {"authority": authority, "retired": [one.bytes for one in pairs]}
        query = text(first + order)
        while True:
            async with self._database.transaction(whole(authority)) as connection:
                rows = [dict(row) for row in (await connection.execute(query, values)).mappings()]
                for row in rows:
                    old, where = bytes(row[name]), place.format(**row)
                    retired_key, successor = pairs[key_id_of(old)]
                    try:
                        fresh = successor.seal(retired_key.open(old, where), where)
                    except Undecryptable:
                        # Damaged before: it opens with neither key, and stays as it is.
                        log.warning("value not sealed anew", table=table.name, column=name)
                        done["left"] += 1
                        continue
                    columns = {column: row[column] for column in table.key}
                    done["rows"] += (await connection.execute(change, {**columns, "fresh": fresh, "old": old})).rowcount
            if len(rows) < _PAGE:
                return
            values |= {f"k{index}": rows[-1][column] for index, column in enumerate(table.key)}
            query = text(f"{first} AND ({key}) > ({after}){order}")
