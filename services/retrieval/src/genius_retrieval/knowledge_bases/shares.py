# SPDX-License-Identifier: EUPL-1.2
"""Sharing of a knowledge base with another authority: the owner offers, the other side accepts, either one ends it.

An accepted row is what row-level security opens the owner's documents with; the token must name the knowledge base
besides. Each step works in the scope of who takes it alone.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from genius_common.database import Database
from genius_common.errors import NotFound
from genius_common.principal import Principal
from genius_retrieval.access import require_readable, require_writable, row_scope
from genius_retrieval.knowledge_bases import repository
from genius_retrieval.tables import shares

_c = shares.c


class Shares:
    """Called by the gateway in the same step as its own grant changes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def offer(self, principal: Principal, identifier: UUID, grantee: UUID) -> None:
        """Note the offer; again is no change. Raises: NotFound for any but an own knowledge base of an authority."""
        require_writable(principal, identifier)
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await repository.get(connection, identifier)
            if base is None or base.authority is None or base.authority != principal.authority:
                raise NotFound
            values = {"knowledge_base": identifier, "authority": base.authority, "grantee": grantee}
            await connection.execute(insert(shares).values(values).on_conflict_do_nothing())

    async def accept(self, principal: Principal, identifier: UUID) -> None:
        """By the other side, for its own authority. Raises: NotFound where nothing was offered to it."""
        require_readable(principal, identifier)
        accepted = (
            sa.update(shares)
            .where(_c.knowledge_base == identifier, _c.grantee == principal.authority)
            .values(accepted_at=sa.func.coalesce(_c.accepted_at, sa.func.now()))
        )
        async with self._database.transaction(row_scope(principal)) as connection:
            if not (await connection.execute(accepted)).rowcount:
                raise NotFound

    async def end(self, principal: Principal, identifier: UUID, grantee: UUID) -> None:
        """By either side; what is not there (any more) is ended."""
        require_readable(principal, identifier)
        gone = sa.delete(shares).where(_c.knowledge_base == identifier, _c.grantee == grantee)
        async with self._database.transaction(row_scope(principal)) as connection:
            await connection.execute(gone)
