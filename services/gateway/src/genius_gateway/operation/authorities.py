# SPDX-License-Identifier: EUPL-1.2
"""All authorities of the tenant at one look: kind, parent, state, how many common knowledge bases, monthly budget."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from genius_common.database import Database, RowScope, rescope
from genius_gateway.usage.ledger import Ledger

_ALL = text("SELECT id, short, name, kind, parent, state FROM authorities ORDER BY name, id")
_BASES = text(
    "SELECT count(*) FROM knowledge_bases WHERE authority = :authority AND owner_kind IN ('unit', 'authority')"
)


class Authorities:
    """Goes through the authorities one by one in the scope of each: nothing sees past row-level security."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def all(self) -> list[dict[str, Any]]:
        """`{"id", "short", "name", "kind", "parent", "state", "knowledge_bases", "tokens_per_month"}` by name."""
        async with self._database.transaction(RowScope()) as connection:
            rows = [row._asdict() for row in await connection.execute(_ALL)]
            for row in rows:
                await rescope(connection, RowScope(authority=row["id"]))
                values = {"authority": row["id"]}
                row["knowledge_bases"] = (await connection.execute(_BASES, values)).scalar_one()
        return [{**row, "tokens_per_month": await self._budget(row["id"])} for row in rows]

    async def _budget(self, authority: UUID) -> int:
        return (await self._ledger.book(authority)).effective()["authority"]["tokens_per_month"]
