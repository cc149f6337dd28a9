# SPDX-License-Identifier: EUPL-1.2
"""Legal holds against destroying what an authority or a person in it has."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from genius_common.database import Database, RowScope
from genius_gateway.retention.errors import HeldBack

_ACTIVE = text(
    "SELECT count(*) FROM legal_holds WHERE lifted_at IS NULL AND (authority = :authority OR person = ANY(:people))"
)


async def active_holds(database: Database, authority: UUID, people: Sequence[UUID]) -> int:
    """How many stand against it: on a case there, or on one of the people who have something there."""
    async with database.transaction(RowScope(tenant_wide=True)) as connection:
        found = await connection.execute(_ACTIVE, {"authority": authority, "people": list(people)})
        number: int = found.scalar_one()
    return number


async def require_no_holds(database: Database, authority: UUID, people: Sequence[UUID]) -> None:
    """Raises: HeldBack."""
    if await active_holds(database, authority, people):
        raise HeldBack
