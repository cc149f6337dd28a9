# SPDX-License-Identifier: EUPL-1.2
"""Content of one person, sealed with that person's key and bound to its place in the database."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import ContentKey, key_id_of
from genius_common.database import RowScope
from genius_common.keys import KeyRing
from genius_common.unreadable import open_each


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rows: a person (or application) in one authority."""

    authority: UUID
    person: UUID

    @property
    def scope(self) -> RowScope:
        return RowScope(authority=self.authority, person=self.person)


class Sealer:
    """Seals and opens JSON values of an owner. Every call needs a connection in the owner's row scope."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def seal(self, connection: AsyncConnection, owner: Owner, value: Any, place: str) -> bytes:
        key = await self._keys.person_key(connection, owner.authority, owner.person)
        return key.seal(orjson.dumps(value), place)

    async def open(self, connection: AsyncConnection, sealed: bytes, place: str) -> Any:
        return (await self.open_all(connection, [(sealed, place)]))[0]

    async def open_all(self, connection: AsyncConnection, items: Sequence[tuple[bytes, str]]) -> list[Any]:
        """Open many values; each key is looked up once."""
        keys: dict[UUID, ContentKey] = {}
        opened = []
        for sealed, place in items:
            identifier = key_id_of(sealed)
            if identifier not in keys:
                keys[identifier] = await self._keys.by_id(connection, identifier)
            opened.append(orjson.loads(keys[identifier].open(sealed, place)))
        return opened

    async def open_each(self, connection: AsyncConnection, items: Sequence[tuple[bytes, str]]) -> list[Any | None]:
        """As `open_all`, with None for a value that does not open; no sealed value is None."""
        found = await open_each(self._keys, connection, items)
        return [None if value is None else orjson.loads(value) for value in found]

    async def digest(self, connection: AsyncConnection, owner: Owner, value: bytes) -> bytes:
        """A keyed digest: equal values of one owner are found again, but nobody can try out guesses."""
        return hmac.digest(await self.search_key(connection, owner), value, hashlib.sha256)

    async def search_key(self, connection: AsyncConnection, owner: Owner) -> bytes:
        return (await self._keys.person_key(connection, owner.authority, owner.person, "search")).secret
