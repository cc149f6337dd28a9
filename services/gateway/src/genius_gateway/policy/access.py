# SPDX-License-Identifier: EUPL-1.2
"""The one way from an id to an object: loaded in the caller's row scope, then judged by owner and grants.

Not there, not readable, or of another authority is the same answer: `NotFound`. Readable but not allowed is
`Forbidden`, since its existence is no secret then.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.errors import Forbidden, NotFound
from genius_common.principal import Principal
from genius_gateway.cases.repository import Case, CaseRepository
from genius_gateway.knowledge_bases.model import KnowledgeBase, Right, rights
from genius_gateway.knowledge_bases.repository import KnowledgeBaseRepository
from genius_gateway.scopes import row_scope

_AUTHORITY = text("SELECT 1 FROM authorities WHERE id = :id AND state <> 'gone'")


class ObjectAccess:
    """`load_knowledge_base(principal, id, right)` and its kind; nothing else may look an id up."""

    def __init__(self, database: Database, knowledge_bases: KnowledgeBaseRepository, cases: CaseRepository) -> None:
        self._database = database
        self._knowledge_bases = knowledge_bases
        self._cases = cases

    async def load_knowledge_base(self, principal: Principal, identifier: UUID, right: Right) -> KnowledgeBase:
        """Raises: NotFound, Forbidden."""
        async with self._database.transaction(row_scope(principal)) as connection:
            return await self.knowledge_base_in(connection, principal, identifier, right)

    async def knowledge_base_in(
        self, connection: AsyncConnection, principal: Principal, identifier: UUID, right: Right
    ) -> KnowledgeBase:
        """The same inside a transaction of the caller's, for changes."""
        base = await self._knowledge_bases.get(connection, identifier)
        found = rights(base, principal) if base is not None else frozenset()
        if base is None or "read" not in found:
            raise NotFound
        if right not in found:
            raise Forbidden("Diese Wissensbasis dürfen Sie lesen, aber nicht ändern.")
        return base

    async def load_case(self, principal: Principal, identifier: UUID) -> Case:
        """A case of the caller's own. Raises: NotFound."""
        async with self._database.transaction(row_scope(principal)) as connection:
            case = await self._cases.get(connection, principal, identifier)
        if case is None:
            raise NotFound
        return case

    async def require_authority(self, principal: Principal, identifier: UUID) -> None:
        """One's own authority, or any for who belongs to none. Raises: NotFound."""
        if principal.authority not in (None, identifier):
            raise NotFound
        async with self._database.transaction(RowScope()) as connection:
            if (await connection.execute(_AUTHORITY, {"id": identifier})).first() is None:
                raise NotFound


def write_scope(principal: Principal, base: KnowledgeBase) -> RowScope:
    """The rows of a change to `base`: tenant-wide ones need the tenant's scope besides."""
    if base.authority is None:
        return RowScope(person=principal.subject, tenant_wide=True)
    return row_scope(principal)
