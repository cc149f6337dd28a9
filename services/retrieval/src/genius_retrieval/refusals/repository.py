# SPDX-License-Identifier: EUPL-1.2
"""Rows of refusals, on the connection of a transaction with its row scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_retrieval.tables import refusals

REPORTED = frozenset({"vs_marking", "malware"})
"""Codes that stand in the audit trail."""
_c = refusals.c


async def note(connection: AsyncConnection, document: Any, code: str) -> None:
    """Remember that the upload of the row `document` was refused, where that is to be told; again is no change."""
    if code in REPORTED:
        values = {name: getattr(document, name) for name in ("authority", "kind", "uploaded_by")}
        await connection.execute(
            insert(refusals).values(document=document.id, code=code, **values).on_conflict_do_nothing()
        )


async def first(connection: AsyncConnection, authority: UUID | None, limit: int) -> Sequence[Any]:
    query = sa.select(refusals).where(_c.authority.is_not_distinct_from(authority)).order_by(_c.at, _c.document)
    return (await connection.execute(query.limit(limit))).all()


async def forget(connection: AsyncConnection, person: UUID) -> None:
    """In the scope of maintenance: what is still to be told is told without the person."""
    await connection.execute(sa.update(refusals).where(_c.uploaded_by == person).values(uploaded_by=UUID(int=0)))


async def told(connection: AsyncConnection, documents: Sequence[UUID]) -> int:
    return (await connection.execute(sa.delete(refusals).where(_c.document.in_(documents)))).rowcount
