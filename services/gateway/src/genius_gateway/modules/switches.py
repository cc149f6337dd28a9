# SPDX-License-Identifier: EUPL-1.2
"""Which functions an authority has switched off for its people and applications; all others are on.

Asked in the database at every list and every start: a switch counts at once, in every replica and on every channel.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from genius_common.database import Database, RowScope
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.modules.errors import ModuleSwitchedOff

_OFF = text("SELECT module FROM module_switches WHERE authority = :authority AND NOT enabled")
_IS_OFF = text("SELECT 1 FROM module_switches WHERE authority = :authority AND module = :module AND NOT enabled")
_SET = text(
    "INSERT INTO module_switches (authority, module, enabled) VALUES (:authority, :module, :enabled)"
    " ON CONFLICT (authority, module) DO UPDATE SET enabled = excluded.enabled"
)


class ModuleSwitches:
    """`require` before a run, `off` for lists, `set` by the administration of the authority."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def off(self, authority: UUID | None) -> frozenset[str]:
        """Ids of what is switched off; nothing for people without an authority."""
        if authority is None:
            return frozenset()
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            return frozenset((await connection.execute(_OFF, {"authority": authority})).scalars())

    async def require(self, authority: UUID | None, module: str) -> None:
        """Raises: ModuleSwitchedOff."""
        if authority is None:
            return
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            values = {"authority": authority, "module": module}
            if (await connection.execute(_IS_OFF, values)).first() is not None:
                raise ModuleSwitchedOff

    async def set(self, principal: Principal, authority: UUID, module: str, *, enabled: bool) -> None:
        """Switch a known function, with its record in the same transaction."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            await connection.execute(_SET, {"authority": authority, "module": module, "enabled": enabled})
            facts: dict[str, int | str | bool] = {"module": module, "enabled": enabled}
            await append(
                connection,
                [AuditRecord(action="module.switch", authority=authority, actor=principal.subject, facts=facts)],
            )
