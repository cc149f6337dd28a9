# SPDX-License-Identifier: EUPL-1.2
"""All accounts of an authority lose access at once: with the commit that says that it leaves (AUTH-08)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import RowScope, rescope
from genius_gateway.authorities.errors import AuthorityHasChildren
from genius_gateway.keys.whole import whole
from genius_gateway.revocation.service import Revocations

_CHILDREN = text("SELECT 1 FROM authorities WHERE parent = :id AND state = 'active' LIMIT 1")
_LEAVING = text("UPDATE authorities SET state = 'leaving' WHERE id = :id")
_MEMBERS = text("SELECT person FROM memberships WHERE authority = :id")
_APPLICATIONS = text("SELECT id FROM applications WHERE authority = :id")
_STATEMENTS = (
    text("DELETE FROM api_tokens WHERE authority = :id"),
    text("UPDATE applications SET state = 'disabled' WHERE authority = :id"),
    text("DELETE FROM memberships WHERE authority = :id"),
)
# Of the whole person: a session remembers all memberships, and the next login brings those that are left.
_SESSIONS = text("DELETE FROM sessions WHERE person = :person")


async def close(connection: AsyncConnection, authority: UUID, owners: Sequence[UUID], revocations: Revocations) -> int:
    """In the caller's transaction; answers how many accounts lost access. Raises: AuthorityHasChildren.

    Sessions, tokens, streams and runs end as with every other ended right: by the notice of the revocations.
    """
    values = {"id": authority}
    if (await connection.execute(_CHILDREN, values)).first() is not None:
        raise AuthorityHasChildren
    await rescope(connection, whole(authority))
    people = {*(await connection.execute(_MEMBERS, values)).scalars(), *owners}
    applications = list((await connection.execute(_APPLICATIONS, values)).scalars())
    for statement in _STATEMENTS:
        await connection.execute(statement, values)
    for person in sorted(people):
        await rescope(connection, RowScope(person=person))
        await connection.execute(_SESSIONS, {"person": person})
    await rescope(connection, RowScope(tenant_wide=True))
    await connection.execute(_LEAVING, values)
    await revocations.revoke(connection, [*sorted(people), *applications])
    return len(people) + len(applications)
