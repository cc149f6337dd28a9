# SPDX-License-Identifier: EUPL-1.2
"""Which functions an authority has switched on and off for its people and applications.

Those of the platform are on until switched off, external ones off until switched on.

Asked in the database at every list and every start: a switch counts at once, in every replica and on every channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from genius_common.database import Database, RowScope
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.modules.catalogue import OfferedModule
from genius_gateway.modules.errors import ModuleSwitchedOff

_CHOICES = text("SELECT module, enabled FROM module_switches WHERE authority = :authority")
_NOT_YET_ON = (
    "Diese Funktion eines anderen Anbieters ist in Ihrer Behörde nicht eingeschaltet. "
    "Wenn Sie sie brauchen, wenden Sie sich bitte an die Administration Ihrer Behörde."
)
_SET = text(
    "INSERT INTO module_switches (authority, module, enabled) VALUES (:authority, :module, :enabled)"
    " ON CONFLICT (authority, module) DO UPDATE SET enabled = excluded.enabled"
)


class ModuleSwitches:
    """`require` before a run, `off` for lists, `set` by the administration of the authority."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def off(self, authority: UUID | None, offered: Iterable[OfferedModule]) -> frozenset[str]:
        """Ids of what is off among `offered`; nothing for people without an authority."""
        if authority is None:
            return frozenset()
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            rows = (await connection.execute(_CHOICES, {"authority": authority})).all()
        chosen = {row.module: row.enabled for row in rows}
        return frozenset(item.manifest.id for item in offered if not chosen.get(item.manifest.id, not item.external))

    async def require(self, authority: UUID | None, offered: OfferedModule) -> None:
        """Raises: ModuleSwitchedOff."""
        if await self.off(authority, [offered]):
            raise ModuleSwitchedOff(_NOT_YET_ON if offered.external else None)

    async def set(self, principal: Principal, authority: UUID, module: str, *, enabled: bool) -> None:
        """Switch a known function, with its record in the same transaction."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            await connection.execute(_SET, {"authority": authority, "module": module, "enabled": enabled})
            facts: dict[str, int | str | bool] = {"module": module, "enabled": enabled}
            await append(
                connection,
                [AuditRecord(action="module.switch", authority=authority, actor=principal.subject, facts=facts)],
            )
