# SPDX-License-Identifier: EUPL-1.2
"""Rows of API tokens. The name is sealed with the authority's key, since its administration sees it too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import key_id_of
from genius_common.keys import KeyRing

_COLUMNS = "id, person, name, scopes, created_at, expires_at, last_used_on, revoked_at"
_ACTIVE = "revoked_at IS NULL AND expires_at > now()"
_OWN = text(f"SELECT {_COLUMNS} FROM api_tokens WHERE person = :person ORDER BY created_at DESC, id")  # noqa: S608
_ALL = text(f"SELECT {_COLUMNS} FROM api_tokens ORDER BY created_at DESC, id LIMIT 1000")  # noqa: S608 constants only
_OWNER = text(f"SELECT person FROM api_tokens WHERE id = :id AND {_ACTIVE}")  # noqa: S608 constants only
_COUNT = text(f"SELECT count(*) FROM api_tokens WHERE person = :person AND {_ACTIVE}")  # noqa: S608 constants only
# Two requests at once must not both find room for the last one.
_LOCK = text("SELECT 1 FROM persons WHERE id = :person FOR UPDATE")
_INSERT = text(
    "INSERT INTO api_tokens (id, token_hash, authority, person, scopes, name, expires_at) VALUES (:id, :hash,"
    " :authority, :person, :scopes, :name, now() + make_interval(days => :days))"
)
# An expired row is deleted 30 days later; so is a revoked one.
_REVOKE = text(
    f"UPDATE api_tokens SET revoked_at = now(), expires_at = now() WHERE id = :id AND {_ACTIVE}"  # noqa: S608
)
_FIND = text(
    "SELECT id, authority, person, scopes, expires_at, last_used_on = (now() AT TIME ZONE 'UTC')::date AS used_today"  # noqa: S608
    f" FROM api_tokens WHERE token_hash = :hash AND {_ACTIVE}"
)
_USED = text("UPDATE api_tokens SET last_used_on = (now() AT TIME ZONE 'UTC')::date WHERE id = :id")
_MEMBER = text(
    "SELECT m.roles, a.short, a.name, ARRAY(SELECT jsonb_build_array(u.id, u.name) FROM units u"
    "  WHERE u.id = ANY (m.units) ORDER BY u.short) AS units"
    " FROM persons p JOIN memberships m ON m.person = p.id JOIN authorities a ON a.id = m.authority"
    " WHERE p.id = :person AND p.state = 'active' AND a.id = :authority AND a.state = 'active'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token without its secret, which nobody has but its owner. Times are in UTC."""

    id: UUID
    person: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_on: dt.date | None
    revoked_at: dt.datetime | None


class ApiTokenRepository:
    """Works on the connection of a transaction, whose row scope decides which tokens there are."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def own(self, connection: AsyncConnection, person: UUID) -> list[ApiToken]:
        return await self._read(connection, (await connection.execute(_OWN, {"person": person})).all())

    async def all(self, connection: AsyncConnection) -> list[ApiToken]:
        """Those of an authority, in a scope without a person."""
        return await self._read(connection, (await connection.execute(_ALL)).all())

    async def owner(self, connection: AsyncConnection, token: UUID) -> UUID | None:
        """Whose a token is, None where there is no valid one."""
        found: UUID | None = (await connection.execute(_OWNER, {"id": token})).scalar_one_or_none()
        return found

    async def count_valid(self, connection: AsyncConnection, person: UUID) -> int:
        """How many count now; no other one is made until this transaction ends."""
        await connection.execute(_LOCK, {"person": person})
        found: int = (await connection.execute(_COUNT, {"person": person})).scalar_one()
        return found

    async def insert(
        self,
        connection: AsyncConnection,
        *,
        authority: UUID,
        person: UUID,
        hash: str,  # noqa: A002 the column's name
        name: str,
        scopes: Sequence[str],
        days: int,
    ) -> UUID:
        identifier = uuid4()
        key = await self._keys.authority_key(connection, authority)
        values = {
            "id": identifier, "hash": hash, "authority": authority, "person": person, "scopes": sorted(scopes),
            "days": days, "name": key.seal(name.encode(), _place(identifier)),
        }  # fmt: skip
        await connection.execute(_INSERT, values)
        return identifier

    async def revoke(self, connection: AsyncConnection, token: UUID) -> bool:
        """Whether there was a valid one."""
        return (await connection.execute(_REVOKE, {"id": token})).rowcount == 1

    async def find(self, connection: AsyncConnection, token_hash: str) -> Any | None:
        """The valid row of a hash, in a scope of that credential."""
        return (await connection.execute(_FIND, {"hash": token_hash})).one_or_none()

    async def member(self, connection: AsyncConnection, person: UUID, authority: UUID) -> Any | None:
        """What the person may do in the authority now, None for one who may no longer do anything."""
        return (await connection.execute(_MEMBER, {"person": person, "authority": authority})).one_or_none()

    async def used(self, connection: AsyncConnection, token: UUID) -> None:
        """Note the day, in the owner's scope."""
        await connection.execute(_USED, {"id": token})

    async def _read(self, connection: AsyncConnection, rows: Sequence[Any]) -> list[ApiToken]:
        found = []
        for row in rows:
            key = await self._keys.by_id(connection, key_id_of(row.name))
            values = {**row._asdict(), "name": key.open(row.name, _place(row.id)).decode(), "scopes": tuple(row.scopes)}
            found.append(ApiToken(**values))
        return found


def _place(identifier: UUID) -> str:
    return f"api_tokens/name/{identifier}"
