# SPDX-License-Identifier: EUPL-1.2
"""Grants on cases and snapshots inside one authority, with the names that go with them.

A grant names its grantee by id; `names` is sealed with the owner's key: to whom and from whom, as both have called
themselves. It goes with the grant, so that nothing of a person is left in the objects of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.principal import Principal
from genius_gateway.runs.sealing import Owner, Sealer
from genius_gateway.sharing.recipients import Grantee

ObjectKind = Literal["case", "snapshot"]
Access = Literal["read", "write"]
_COLUMNS = "id, object, owner, grantee_kind, grantee, access, names, created_at"
_OF = text(f"SELECT {_COLUMNS} FROM grants WHERE object_kind = :kind AND object = :object ORDER BY created_at, id")  # noqa: S608
_ALL = text(f"SELECT {_COLUMNS} FROM grants WHERE object_kind = :kind ORDER BY created_at, id")  # noqa: S608
_INSERT = text(
    "INSERT INTO grants (id, object_kind, object, authority, owner, grantee_kind, grantee, grantee_authority, access,"
    " accepted_by_owner, accepted_by_grantee, names) VALUES (:id, :kind, :object, :authority, :owner, :grantee_kind,"
    " :grantee, :authority, :access, :owner, :owner, :names)"
)
_DROP = text("DELETE FROM grants WHERE id = :id")
_CLEAR = text("DELETE FROM grants WHERE object_kind = :kind AND object = :object")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenNames:
    """`sender` is the owner's name when the grant was given; `handed_over`: given to the owner before."""

    recipient: str
    sender: str
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """A grant as stored; `row.names` is opened by `ObjectGrants.names`."""

    row: Any

    @property
    def access(self) -> Access:
        return cast("Access", self.row.access)

    def reaches(self, principal: Principal) -> bool:
        if self.row.grantee_kind == "person":
            return bool(self.row.grantee == principal.subject)
        return self.row.grantee in principal.units


class ObjectGrants:
    """Rows that row-level security shows: all of an own object, of others' those that reach the caller."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def of(self, connection: AsyncConnection, kind: ObjectKind, identifier: UUID) -> list[Shared]:
        rows = await connection.execute(_OF, {"kind": kind, "object": identifier})
        return [Shared(row) for row in rows]

    async def all(self, connection: AsyncConnection, kind: ObjectKind) -> dict[UUID, list[Shared]]:
        """By object."""
        found: dict[UUID, list[Shared]] = {}
        for row in await connection.execute(_ALL, {"kind": kind}):
            found.setdefault(row.object, []).append(Shared(row))
        return found

    async def give(
        self,
        connection: AsyncConnection,
        owner: Owner,
        kind: ObjectKind,
        identifier: UUID,
        grantees: Iterable[tuple[Grantee, Access]],
        sender: str,
        *,
        handed_over: bool = False,
    ) -> None:
        """In the owner's row scope; one for each grantee, the last one named counts."""
        for grantee, access in {(one.kind, one.id): (one, access) for one, access in grantees}.values():
            names = {"recipient": grantee.name, "sender": sender, "handed_over": handed_over}
            grant = uuid4()
            values = {
                "id": grant,
                "kind": kind,
                "object": identifier,
                "authority": owner.authority,
                "owner": owner.person,
                "grantee_kind": grantee.kind,
                "grantee": grantee.id,
                "access": access,
                "names": await self._sealer.seal(connection, owner, names, _place(grant)),
            }
            await connection.execute(_INSERT, values)

    async def replace(
        self,
        connection: AsyncConnection,
        owner: Owner,
        kind: ObjectKind,
        identifier: UUID,
        wanted: Sequence[tuple[Grantee, Access]],
        sender: str,
    ) -> None:
        """The same, and no others. What stays as it was is left alone, with what it says of a case handed over."""
        missing = {(one.kind, one.id): (one, access) for one, access in wanted}
        for grant in await self.of(connection, kind, identifier):
            place = (grant.row.grantee_kind, grant.row.grantee)
            if place in missing and missing[place][1] == grant.access:
                del missing[place]
            else:
                await connection.execute(_DROP, {"id": grant.row.id})
        await self.give(connection, owner, kind, identifier, missing.values(), sender)

    async def clear(self, connection: AsyncConnection, kind: ObjectKind, identifier: UUID) -> None:
        await connection.execute(_CLEAR, {"kind": kind, "object": identifier})

    async def names(self, connection: AsyncConnection, grants: Iterable[Shared]) -> list[GivenNames]:
        """In the row scope of the owner of all of `grants`."""
        sealed = [(grant.row.names, _place(grant.row.id)) for grant in grants]
        return [GivenNames(**names) for names in await self._sealer.open_all(connection, sealed)]


def _place(grant: UUID) -> str:
    return f"grants/names/{grant}"
