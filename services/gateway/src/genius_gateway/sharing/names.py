# SPDX-License-Identifier: EUPL-1.2
"""Who is meant by a user name, inside one authority: kept as a keyed hash, found by whoever knows the name.

Nobody can list names, and a name of another authority can't be told from one that does not exist.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import RowScope, rescope
from genius_common.keys import KeyRing

_REMEMBER = text(
    "INSERT INTO member_names (person, authority, name_key) VALUES (:person, :authority, :key)"
    " ON CONFLICT (person, authority) DO UPDATE SET name_key = :key WHERE member_names.name_key <> :key"
)
_FIND = text("SELECT person FROM member_names WHERE authority = :authority AND name_key = :key LIMIT 2")


class MemberNames:
    """All calls work on the connection of a transaction in the scope of a person in the authority."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def remember(self, connection: AsyncConnection, authority: UUID, person: UUID, username: str) -> None:
        """At every sign-in: a name may change at the provider."""
        key = await self._key(connection, authority, username)
        await connection.execute(_REMEMBER, {"person": person, "authority": authority, "key": key})

    async def find(self, connection: AsyncConnection, authority: UUID, person: UUID, username: str) -> UUID | None:
        """Who has this name in the authority; `person` asks. None also where two have had it: better nobody."""
        key = await self._key(connection, authority, username)
        await rescope(connection, RowScope(authority=authority, person=person, credential=key))
        found = list((await connection.execute(_FIND, {"authority": authority, "key": key})).scalars())
        await rescope(connection, RowScope(authority=authority, person=person))
        return found[0] if len(found) == 1 else None

    async def _key(self, connection: AsyncConnection, authority: UUID, username: str) -> str:
        search_key = await self._keys.authority_key(connection, authority, "search")
        normal = unicodedata.normalize("NFKC", username).strip().casefold()
        return hmac.digest(search_key.secret, b"member name\0" + normal.encode(), hashlib.sha256).hex()
