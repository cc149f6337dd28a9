# SPDX-License-Identifier: EUPL-1.2
"""Terms of use: shown at the first use and whenever they change, accepted by each person, never by default (PER-02).

The texts are the web UI's (purpose, limits, retention) and the operator's (contacts). Their version is ours and, after
a dot, the operator's, who raises his when he changes his texts.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import text

from genius_common.database import Database, RowScope
from genius_common.errors import FieldError
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.persons.errors import TermsChanged

TEXT_VERSION = 1
"""Raised whenever the web UI's own text of the terms changes in substance."""
_ACCEPTED = text("SELECT accepted_at FROM terms_acceptances WHERE person = :person AND version = :version")
_ACCEPT = text("INSERT INTO terms_acceptances (person, version) VALUES (:person, :version) ON CONFLICT DO NOTHING")


class Terms:
    """`version` holds now; `accepted_at` says when a person accepted it."""

    def __init__(self, database: Database, operator_version: int) -> None:
        self._database = database
        self.version = f"{TEXT_VERSION}.{operator_version}"

    async def accepted_at(self, person: UUID) -> dt.datetime | None:
        async with self._database.transaction(RowScope(person=person)) as connection:
            values = {"person": person, "version": self.version}
            found: dt.datetime | None = (await connection.execute(_ACCEPTED, values)).scalar_one_or_none()
            return found

    async def accept(self, principal: Principal, version: str) -> dt.datetime:
        """Keep that the person accepted what was shown. Raises: TermsChanged where that is not what holds now."""
        if version != self.version:
            raise TermsChanged(errors=[FieldError("/version", TermsChanged.default_detail)])
        scope = RowScope(
            authority=principal.authority, person=principal.subject, tenant_wide=principal.authority is None
        )
        async with self._database.transaction(scope) as connection:
            values = {"person": principal.subject, "version": version}
            new = (await connection.execute(_ACCEPT, values)).rowcount
            at: dt.datetime = (await connection.execute(_ACCEPTED, values)).scalar_one()
            if new:
                await append(connection, [AuditRecord.of(principal, "terms.accept", version=version)])
        return at
