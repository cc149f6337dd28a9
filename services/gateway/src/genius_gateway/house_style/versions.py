# SPDX-License-Identifier: EUPL-1.2
"""Versions of an authority's house style: each is kept as it was saved, the last one holds.

They are sealed with the authority's key and lie under its row scope; a run reads the one of its owner's authority.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.contracts.house_style import HouseStyle
from genius_common.crypto import key_id_of
from genius_common.database import Database, RowScope
from genius_common.errors import NotFound
from genius_common.keys import KeyRing
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.house_style.errors import HouseStyleChanged, HouseStyleInvalid

MODULE = "draft"
"""The one module that is given the house style."""
_MOST_SHOWN = 50
_LAST = text("SELECT number, style FROM house_styles WHERE authority = :authority ORDER BY number DESC LIMIT 1")
_ONE = text("SELECT number, style FROM house_styles WHERE authority = :authority AND number = :number")
_VERSIONS = text(
    "SELECT number, created_at FROM house_styles WHERE authority = :authority ORDER BY number DESC LIMIT :most"
)
_INSERT = text("INSERT INTO house_styles (authority, number, style) VALUES (:authority, :number, :style)")


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    created_at: dt.datetime


class HouseStyles:
    """`held` for runs; `of`, `version` and `change` for the administration of the authority."""

    def __init__(self, database: Database, keys: KeyRing) -> None:
        self._database = database
        self._keys = keys

    async def held(self, connection: AsyncConnection, authority: UUID) -> HouseStyle | None:
        """The last version; None where the authority never saved one."""
        row = (await connection.execute(_LAST, {"authority": authority})).one_or_none()
        return None if row is None else await self._open(connection, authority, row)

    async def of(self, authority: UUID) -> tuple[HouseStyle, list[Version]]:
        """What holds (number 0: nothing was saved yet), and the newest versions, the last one first."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            found = await self.held(connection, authority) or HouseStyle()
            rows = await connection.execute(_VERSIONS, {"authority": authority, "most": _MOST_SHOWN})
            return found, [Version(row.number, row.created_at) for row in rows]

    async def version(self, authority: UUID, number: int) -> HouseStyle:
        """Raises: NotFound."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            row = (await connection.execute(_ONE, {"authority": authority, "number": number})).one_or_none()
            if row is None:
                raise NotFound
            return await self._open(connection, authority, row)

    async def change(self, principal: Principal, authority: UUID, wanted: HouseStyle) -> None:
        """Save the version that follows `wanted.number`, with its record in the same transaction.

        Raises: HouseStyleInvalid with the places, HouseStyleChanged where another one was saved since.
        """
        if faults := list(wanted.faults()):
            raise HouseStyleInvalid(errors=faults)
        number = wanted.number + 1
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            last = (await connection.execute(_LAST, {"authority": authority})).one_or_none()
            if (last.number if last else 0) != wanted.number:
                raise HouseStyleChanged
            key = await self._keys.authority_key(connection, authority)
            content = orjson.dumps(wanted.model_dump(mode="json", exclude={"number"}))
            values = {
                "authority": authority,
                "number": number,
                "style": key.seal(content, _place(authority, number)),
            }
            try:
                await connection.execute(_INSERT, values)
            except IntegrityError:  # two at once: the other one came first
                raise HouseStyleChanged from None
            facts: dict[str, int | str | bool] = {"version": number}
            record = AuditRecord(action="house_style.change", authority=authority, actor=principal.subject, facts=facts)
            await append(connection, [record])

    async def _open(self, connection: AsyncConnection, authority: UUID, row: sa.Row[Any]) -> HouseStyle:
        key = await self._keys.by_id(connection, key_id_of(row.style))
        content = orjson.loads(key.open(row.style, _place(authority, row.number)))
        return HouseStyle(number=row.number, **content)


def _place(authority: UUID, number: int) -> str:
    return f"house_styles/style/{authority}/{number}"
