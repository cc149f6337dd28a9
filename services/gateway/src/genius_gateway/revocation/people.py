# SPDX-License-Identifier: EUPL-1.2
"""What the identity provider says of a person between two logins: disabled, enabled again, other rights."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.auth.claims import subject_key
from genius_gateway.revocation.service import Revocations

_PERSON = text("SELECT id, state FROM persons WHERE subject_key = :key AND state <> 'erased'")
_STATE = text("UPDATE persons SET state = :state WHERE id = :person AND state <> 'erased'")
_LEAVE = text("DELETE FROM memberships WHERE person = :person")
_END = text("DELETE FROM sessions WHERE subject_key = :key")


class People:
    """Each change in one transaction with its record; sessions, tokens, streams and runs follow (AUTH-08).

    `subject` is the provider's `sub`. A person that never signed in here is unknown, and nothing has to end: False. The
    same for one that is in the wanted state already.
    """

    def __init__(self, database: Database, issuer: str, revocations: Revocations) -> None:
        self._database = database
        self._issuer = issuer
        self._revocations = revocations

    async def disable(self, subject: str) -> bool:
        """The account is closed: nothing of it is accepted any longer, runs stop."""
        return await self._change(subject, "person.disable", "disabled")

    async def enable(self, subject: str) -> bool:
        """The account is open again; older sessions and tokens stay void."""
        return await self._change(subject, "person.enable", "active")

    async def rights_changed(self, subject: str) -> bool:
        """Groups or roles are others now: what was known of them is forgotten, the next login brings the new ones.

        Until then the person is a member nowhere, so that its runs stop: which of them may go on, nobody here knows.
        """
        return await self._change(subject, "person.rights_changed", None)

    async def _change(self, subject: str, action: str, state: str | None) -> bool:
        key = subject_key(self._issuer, subject)
        async with self._database.transaction(RowScope(credential=key)) as connection:
            found = (await connection.execute(_PERSON, {"key": key})).one_or_none()
        if found is None or found.state == state:
            return False
        person: UUID = found.id
        scope = RowScope(person=person, credential=key, tenant_wide=True)
        async with self._database.transaction(scope) as connection:
            await self._write(connection, person, key, state)
            await self._revocations.revoke(connection, [person])
            record = AuditRecord(action=action, authority=None, object_kind="person", object=person)
            await append(connection, [record])
        return True

    async def _write(self, connection: AsyncConnection, person: UUID, key: str, state: str | None) -> None:
        if state is None:
            await connection.execute(_LEAVE, {"person": person})
        else:
            await connection.execute(_STATE, {"person": person, "state": state})
        await connection.execute(_END, {"key": key})
