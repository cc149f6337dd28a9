# SPDX-License-Identifier: EUPL-1.2
"""Rows of knowledge bases, on the connection of a transaction with its row scope."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.principal import ProtectionClass
from genius_retrieval.tables import knowledge_bases

Row = sa.Row[Any]
_c = knowledge_bases.c


async def get(connection: AsyncConnection, identifier: UUID) -> Row | None:
    return (await connection.execute(sa.select(knowledge_bases).where(_c.id == identifier))).one_or_none()


async def put(
    connection: AsyncConnection, identifier: UUID, authority: UUID | None, protection_class: ProtectionClass
) -> bool:
    """Make it known, or update the protection class of a known one; False if the id is another authority's."""
    values = {"id": identifier, "authority": authority, "protection_class": protection_class.value}
    await connection.execute(insert(knowledge_bases).values(values).on_conflict_do_nothing())
    change = (
        sa.update(knowledge_bases)
        .where(_c.id == identifier, _c.authority.is_not_distinct_from(authority))
        .values(protection_class=protection_class.value)
    )
    return bool((await connection.execute(change)).rowcount)


async def remove(connection: AsyncConnection, identifier: UUID) -> bool:
    gone = sa.delete(knowledge_bases).where(_c.id == identifier)
    return bool((await connection.execute(gone)).rowcount)
