# SPDX-License-Identifier: EUPL-1.2
"""From a principal to the rows of a transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import RowScope, rescope
from genius_common.principal import Principal


def row_scope(principal: Principal) -> RowScope:
    """What the rows of a transaction made for `principal` may belong to."""
    return RowScope(authority=principal.authority, person=principal.subject)


@asynccontextmanager
async def in_name_of(connection: AsyncConnection, principal: Principal, owner: UUID) -> AsyncIterator[None]:
    """The row scope of a colleague for a moment, to open what was just found readable for `principal`.

    What a person shares stays sealed with that person's key, which only the own scope shows. An exception inside must
    end the transaction.
    """
    await rescope(connection, RowScope(authority=principal.authority, person=owner))
    yield
    await rescope(connection, row_scope(principal))
