# SPDX-License-Identifier: EUPL-1.2
"""Rows of knowledge bases, on the connection of a transaction with its row scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    connection: AsyncConnection,
    identifier: UUID,
    authority: UUID | None,
    protection_class: ProtectionClass,
    uses: Sequence[str] | None = None,
) -> bool:
    """Make it known; False if the id is another's, or known with another class: its documents carry that (TEN-15).

    The uses of one that is known stay what they are: `bind` alone changes them.
    """
    values = {"id": identifier, "authority": authority, "protection_class": protection_class.value, "uses": uses}
    await connection.execute(insert(knowledge_bases).values(values).on_conflict_do_nothing())
    known = await get(connection, identifier)
    return known is not None and (known.authority, known.protection_class) == (authority, protection_class.value)


async def bind(connection: AsyncConnection, identifier: UUID, uses: Sequence[str] | None) -> bool:
    """Set what it may be used for; False where it is not there, or not the caller's."""
    bound = sa.update(knowledge_bases).where(_c.id == identifier).values(uses=uses)
    return bool((await connection.execute(bound)).rowcount)


async def uses_of(connection: AsyncConnection, identifiers: Collection[UUID]) -> dict[UUID, Sequence[str] | None]:
    """What each may be used for; one that is not there is not in it."""
    rows = await connection.execute(sa.select(_c.id, _c.uses).where(_c.id.in_(identifiers)))
    return {row.id: row.uses for row in rows}


async def remove(connection: AsyncConnection, identifier: UUID) -> bool:
    gone = sa.delete(knowledge_bases).where(_c.id == identifier)
    return bool((await connection.execute(gone)).rowcount)
