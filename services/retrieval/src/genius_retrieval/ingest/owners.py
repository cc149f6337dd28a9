# SPDX-License-Identifier: EUPL-1.2
"""Whose documents share a collection."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from genius_common.database import Database, RowScope
from genius_retrieval.tables import collections, keys


@dataclass(frozen=True, slots=True)
class CollectionOwner:
    """An authority, or a tenant-wide knowledge base."""

    authority: UUID | None
    knowledge_base: UUID | None = None

    @property
    def scope(self) -> RowScope:
        """Every row of the owner, whoever's file it is."""
        if self.authority:
            return RowScope(authority=self.authority, wide="whole")
        return RowScope(tenant_wide=True)


async def all_owners(database: Database) -> list[CollectionOwner]:
    """Who has keys may have collections; the list of keys is what operators' scope shows without any content."""
    having = sa.select(keys.c.authority).where(keys.c.authority.is_not(None), keys.c.state != "destroyed")
    async with database.transaction(RowScope(wide="keys")) as connection:
        authorities = (await connection.execute(having.distinct())).scalars().all()
    shared = sa.select(collections.c.knowledge_base).where(collections.c.authority.is_(None)).distinct()
    async with database.transaction(RowScope(tenant_wide=True)) as connection:
        bases = (await connection.execute(shared)).scalars().all()
    return [*map(CollectionOwner, authorities), *(CollectionOwner(None, base) for base in bases)]
