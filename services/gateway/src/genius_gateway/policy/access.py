# SPDX-License-Identifier: EUPL-1.2
"""The one way from an id to an object: loaded in the caller's row scope, then judged by owner and grants.

Not there, not readable, or of another authority is the same answer: `NotFound`. Readable but not allowed is
`Forbidden`, since its existence is no secret then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.errors import Forbidden, NotFound
from genius_common.principal import Principal
from genius_gateway.cases import model as cases
from genius_gateway.cases.model import Case
from genius_gateway.knowledge_bases.model import KnowledgeBase, Right, rights
from genius_gateway.knowledge_bases.repository import KnowledgeBaseRepository
from genius_gateway.scopes import in_name_of, row_scope
from genius_gateway.sharing.grants import Shared
from genius_gateway.sharing.rows import SharedRows

_AUTHORITY = text("SELECT 1 FROM authorities WHERE id = :id AND state <> 'gone'")
_IN_CASES = text("SELECT case_id, owner FROM case_files WHERE file = :file")


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case with what the caller may do with it, and the grants that the caller sees."""

    case: Case
    rights: frozenset[cases.Right]
    grants: Sequence[Shared]


@dataclass(frozen=True, slots=True)
class LoadedSnapshot:
    """A row of a snapshot that the caller may read; `own`: and end."""

    row: Any
    own: bool
    grants: Sequence[Shared]

    @classmethod
    def of(cls, row: Any, grants: Sequence[Shared], principal: Principal) -> LoadedSnapshot | None:
        """None where it does not exist for `principal`: no grant, or above the class that they may see.

        Its owner may end it whatever the class; `SnapshotService.read` asks for the clearance of both.
        """
        if row.owner == principal.subject:
            return cls(row, True, grants)
        if not principal.classification.covers(row.protection_class):
            return None
        return cls(row, False, grants) if any(grant.reaches(principal) for grant in grants) else None


class ObjectAccess:
    """`load_knowledge_base(principal, id, right)` and its kind; nothing else may look an id up."""

    def __init__(self, database: Database, knowledge_bases: KnowledgeBaseRepository, shared: SharedRows) -> None:
        self._database = database
        self._knowledge_bases = knowledge_bases
        self._cases = shared.cases
        self._snapshots = shared.snapshots
        self._grants = shared.grants

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

    async def load_case(self, principal: Principal, identifier: UUID, right: cases.Right = "read") -> Case:
        """Raises: NotFound, Forbidden."""
        async with self._database.transaction(row_scope(principal)) as connection:
            return (await self.case_in(connection, principal, identifier, right)).case

    async def case_in(
        self, connection: AsyncConnection, principal: Principal, identifier: UUID, right: cases.Right
    ) -> LoadedCase:
        """The same inside a transaction of the caller's, for changes."""
        row = await self._cases.row(connection, identifier)
        grants = await self._grants.of(connection, "case", identifier) if row is not None else []
        found = cases.rights(row.owner, row.protection_class, grants, principal) if row is not None else frozenset()
        if row is None or "read" not in found:
            raise NotFound
        if right not in found:
            raise Forbidden("Diesen Vorgang dürfen Sie lesen, aber dazu fehlt Ihnen die Freigabe seines Inhabers.")
        async with in_name_of(connection, principal, row.owner):
            return LoadedCase(await self._cases.opened(connection, row), found, grants)

    async def snapshot_in(self, connection: AsyncConnection, principal: Principal, identifier: UUID) -> LoadedSnapshot:
        """One's own, or one that a grant opens and that has not ended. Raises: NotFound."""
        row = await self._snapshots.row(connection, identifier)
        grants = await self._grants.of(connection, "snapshot", identifier) if row is not None else []
        found = LoadedSnapshot.of(row, grants, principal) if row is not None else None
        if found is None:
            raise NotFound
        return found

    async def file_reader(self, principal: Principal, file: UUID) -> Principal:
        """In whose name retrieval is asked for a file: the caller's own, or its owner's where a case opens it.

        An unknown file stays the caller's question, so that retrieval answers it like any foreign one.
        """
        async with self._database.transaction(row_scope(principal)) as connection:
            for row in (await connection.execute(_IN_CASES, {"file": file})).all():
                case = await self._cases.row(connection, row.case_id) if row.owner != principal.subject else None
                if case is None:
                    continue
                grants = await self._grants.of(connection, "case", case.id)
                if "read" in cases.rights(case.owner, case.protection_class, grants, principal):
                    return replace(principal, subject=row.owner, units=frozenset(), application=None)
        return principal

    async def require_own_authority(self, principal: Principal, identifier: UUID) -> None:
        """The active authority alone: who belongs to none administers none, whatever the roles. Raises: NotFound."""
        if principal.authority is None:
            raise NotFound
        await self.require_authority(principal, identifier)

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
