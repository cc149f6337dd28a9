# SPDX-License-Identifier: EUPL-1.2
"""Members of an authority, as the identity provider named them at their last sign-in: name, units, roles.

No time of a sign-in, no count, no pseudonym: nothing by which somebody could be watched (PER-01).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import key_id_of
from genius_common.database import Database, RowScope
from genius_common.keys import KeyRing
from genius_gateway.authorities.provisioning import display_place

_MEMBERS = text(
    "SELECT m.person, m.authority, m.display, m.roles, coalesce((SELECT array_agg(u.name ORDER BY u.name) FROM units u"
    " WHERE u.authority = m.authority AND u.id = ANY(m.units)), '{}') AS units"
    " FROM memberships m WHERE m.authority = :authority"
)


class Members:
    """`of(authority)`: everybody who has signed in and still belongs to it, by name."""

    def __init__(self, database: Database, keys: KeyRing) -> None:
        self._database = database
        self._keys = keys

    async def of(self, authority: UUID) -> list[dict[str, Any]]:
        """`{"name", "username", "units", "roles"}`; name and username are null where the provider told none."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            rows = (await connection.execute(_MEMBERS, {"authority": authority})).all()
            found = [{**await self._named(connection, row), "units": row.units, "roles": row.roles} for row in rows]
        return sorted(found, key=lambda member: (member["name"] is None, (member["name"] or "").casefold()))

    async def names(self, authority: UUID) -> dict[UUID, dict[str, str | None]]:
        """`{"name", "username"}` of each by pseudonym, for what names its owner; the pseudonym itself is not shown."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            rows = (await connection.execute(_MEMBERS, {"authority": authority})).all()
            return {row.person: await self._named(connection, row) for row in rows}

    async def _named(self, connection: AsyncConnection, row: Any) -> dict[str, str | None]:
        if row.display is None:
            return {"name": None, "username": None}
        key = await self._keys.by_id(connection, key_id_of(row.display))
        told = orjson.loads(key.open(row.display, display_place(row.person, row.authority)))
        return {"name": told.get("name"), "username": told.get("username")}
