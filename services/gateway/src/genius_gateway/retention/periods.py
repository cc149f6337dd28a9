# SPDX-License-Identifier: EUPL-1.2
"""Retention times that an authority has set for itself: shorter than those of the tenant, never longer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.errors import FieldError, InvalidInput
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.retention.schedule import Schedule

OwnKind = Literal["conversations", "runs", "cases", "files"]
OWN_KINDS: tuple[OwnKind, ...] = get_args(OwnKind)
"""What belongs to people of the authority. Sessions, proofs and use are kept by the tenant's times alone."""
_READ = text("SELECT kind, days FROM authority_retention WHERE authority = :authority")
_CLEAR = text("DELETE FROM authority_retention WHERE authority = :authority")
_SET = text("INSERT INTO authority_retention (authority, kind, days) VALUES (:authority, :kind, :days)")


class Periods:
    """`tenant` is the bound; `schedule` what holds in an authority now."""

    def __init__(self, database: Database, tenant: Schedule) -> None:
        self._database = database
        self.tenant = tenant

    async def own(self, authority: UUID) -> dict[OwnKind, int]:
        """Days that the authority has set, by kind."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            return await self._own(connection, authority)

    async def schedule(self, authority: UUID | None) -> Schedule:
        """The times that hold in the authority; without one those of the tenant."""
        return self.tenant if authority is None else self.tenant.shortened(await self.own(authority))

    async def conversations(self, connection: AsyncConnection, authority: UUID) -> dt.timedelta:
        """How long conversations of the authority are kept, on a connection in its scope."""
        held = self.tenant.shortened(await self._own(connection, authority))
        return dt.timedelta(days=held.days("conversations") or 0)

    async def set(self, principal: Principal, authority: UUID, days: Mapping[OwnKind, int]) -> None:
        """Replace the authority's times; what is left out is kept as long as the tenant says. Raises: InvalidInput."""
        longer = [
            FieldError(f"/days/{kind}", f"Höchstens {bound} Tage: So lange bewahrt die Plattform diese Daten auf.")
            for kind, wanted in days.items()
            if (bound := self.tenant.days(kind)) is not None and wanted > bound
        ]
        if longer:
            raise InvalidInput(errors=longer)
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            await connection.execute(_CLEAR, {"authority": authority})
            for kind, wanted in sorted(days.items()):
                await connection.execute(_SET, {"authority": authority, "kind": kind, "days": wanted})
            facts: dict[str, int | str | bool] = {f"days_{kind}": wanted for kind, wanted in sorted(days.items())}
            await append(
                connection,
                [AuditRecord(action="retention.change", authority=authority, actor=principal.subject, facts=facts)],
            )

    async def _own(self, connection: AsyncConnection, authority: UUID) -> dict[OwnKind, int]:
        return {row.kind: row.days for row in await connection.execute(_READ, {"authority": authority})}
