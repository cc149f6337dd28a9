# SPDX-License-Identifier: EUPL-1.2
"""Whether somebody may still have a run carried out: asked before its start, on every notice and regularly."""

from __future__ import annotations

from sqlalchemy import text

from genius_common.database import Database
from genius_common.principal import Principal
from genius_gateway.policy.table import CLERKS
from genius_gateway.scopes import row_scope

_PERSON = text(
    "SELECT 1 FROM persons p JOIN memberships m ON m.person = p.id JOIN authorities a ON a.id = m.authority"
    " WHERE p.id = :person AND p.state = 'active' AND a.id = :authority AND a.state = 'active' AND m.roles && :roles"
    " AND (CAST(:api_token AS uuid) IS NULL OR EXISTS"
    "  (SELECT 1 FROM api_tokens t WHERE t.id = :api_token AND t.revoked_at IS NULL))"
)
_APPLICATION = text(
    "SELECT 1 FROM applications p JOIN authorities a ON a.id = p.authority"
    " WHERE p.id = :application AND p.state = 'active' AND a.id = :authority AND a.state = 'active'"
)


class RunPermission:
    """`holds` reads what is stored now; what a token or a session said earlier does not count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holds(self, principal: Principal) -> bool:
        """Person (or the one acted for) active, member with a role that starts runs; application active.

        A run that an API token started needs the token not to be revoked; one that only expired started in time.
        """
        values = {
            "person": principal.subject,
            "application": principal.application,
            "authority": principal.authority,
            "roles": sorted(CLERKS),
            "api_token": principal.api_token,
        }
        async with self._database.transaction(row_scope(principal)) as connection:
            if principal.application is not None:
                found = (await connection.execute(_APPLICATION, values)).one_or_none()
                if found is None or principal.subject == principal.application:
                    return found is not None
            return (await connection.execute(_PERSON, values)).one_or_none() is not None
