# SPDX-License-Identifier: EUPL-1.2
"""Who shall get something: a colleague by user name, or a unit of one's own; always of the own authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.errors import FieldError
from genius_common.principal import Principal
from genius_gateway.sharing.errors import RecipientUnknown
from genius_gateway.sharing.names import MemberNames

Username = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
MOST = 50
_UNIT = text("SELECT name FROM units WHERE id = :id AND authority = :authority")
_BOTH = "Bitte nennen Sie entweder einen Anmeldenamen („username“) oder ein Referat („unit“)."
_SELF = "Das sind Sie selbst; Ihnen gehört es schon."


class Recipient(BaseModel):
    """Either `username`, of a colleague who has signed in before, or `unit`, one of the caller's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    username: Username | None = None
    unit: UUID | None = None


@dataclass(frozen=True, slots=True)
class Grantee:
    """Whom a recipient turned out to be; `name` as the owner will read it again."""

    kind: Literal["person", "unit"]
    id: UUID
    name: str


class Recipients:
    """`resolve` inside a transaction in the caller's row scope."""

    def __init__(self, names: MemberNames) -> None:
        self._names = names

    async def resolve(
        self, connection: AsyncConnection, principal: Principal, wanted: Sequence[Recipient], prefix: str
    ) -> list[Grantee]:
        """In the order of `wanted`. Raises: RecipientUnknown, with a pointer below `prefix` for every wrong one."""
        found: list[Grantee] = []
        errors: list[FieldError] = []
        for index, recipient in enumerate(wanted):
            answer = await self._one(connection, principal, recipient, f"{prefix}/{index}")
            (errors if isinstance(answer, FieldError) else found).append(answer)  # type: ignore[arg-type]
        if errors:
            raise RecipientUnknown(errors=errors)
        return found

    async def colleague(
        self, connection: AsyncConnection, principal: Principal, username: str, pointer: str
    ) -> Grantee:
        """Raises: RecipientUnknown, naming the field."""
        found = await self._person(connection, principal, username, pointer)
        if isinstance(found, FieldError):
            raise RecipientUnknown(errors=[found])
        return found

    async def _one(
        self, connection: AsyncConnection, principal: Principal, recipient: Recipient, pointer: str
    ) -> Grantee | FieldError:
        if (recipient.username is None) == (recipient.unit is None):
            return FieldError(pointer, _BOTH)
        if recipient.username is not None:
            return await self._person(connection, principal, recipient.username, f"{pointer}/username")
        assert recipient.unit is not None
        return await self._unit(connection, principal, recipient.unit, f"{pointer}/unit")

    async def _person(
        self, connection: AsyncConnection, principal: Principal, username: str, pointer: str
    ) -> Grantee | FieldError:
        assert principal.authority is not None
        person = await self._names.find(connection, principal.authority, principal.subject, username)
        if person is None:
            return FieldError(pointer, RecipientUnknown.default_detail)
        return FieldError(pointer, _SELF) if person == principal.subject else Grantee("person", person, username)

    async def _unit(
        self, connection: AsyncConnection, principal: Principal, unit: UUID, pointer: str
    ) -> Grantee | FieldError:
        values = {"id": unit, "authority": principal.authority}
        name = (await connection.execute(_UNIT, values)).scalar_one_or_none() if unit in principal.units else None
        return FieldError(pointer, RecipientUnknown.default_detail) if name is None else Grantee("unit", unit, name)
