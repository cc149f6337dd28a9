# SPDX-License-Identifier: EUPL-1.2
"""Legal holds (Sperren): while one is active, nothing of the person or the case is deleted, by nobody.

Setting one and deleting exclude each other by a lock per person, so that none slips in between check and deletion.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.errors import FieldError, NotFound
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.retention.errors import AlreadyHeld, HeldBack, NoLongerHeld

Reason = Literal["verfahren", "pruefung", "einschraenkung", "auskunft", "vorfall"]
LiftReason = Literal["erledigt", "irrtum"]

_TENANT = RowScope(tenant_wide=True)
_COLUMNS = "id, person, case_id, reason, set_at, lifted_at, lifted_reason"
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('hold/' || :person, 0))")
_LOCK_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('hold/' || :person, 0))")
_ACTIVE = text(
    "SELECT 1 FROM legal_holds WHERE lifted_at IS NULL AND person = :person"
    " AND (case_id IS NULL OR :all OR case_id = ANY(CAST(:cases AS uuid[]))) LIMIT 1"
)
_PERSON = text("SELECT 1 FROM persons WHERE id = :person")
_CASE = text("SELECT owner FROM cases WHERE id = :id")
_INSERT = text(
    "INSERT INTO legal_holds (id, person, case_id, authority, reason, set_by, set_at)"
    " VALUES (:id, :person, :case_id, :authority, :reason, :by, :at) ON CONFLICT DO NOTHING"
)
_ONE = text(f"SELECT {_COLUMNS} FROM legal_holds WHERE id = :id FOR UPDATE")  # noqa: S608 constants only
_ALL = text(f"SELECT {_COLUMNS} FROM legal_holds ORDER BY set_at DESC, id LIMIT 1000")  # noqa: S608 constants only
_LIFT = text("UPDATE legal_holds SET lifted_by = :by, lifted_at = :at, lifted_reason = :reason WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Hold:
    """`case` None = on everything of the person; `person` of a case is its owner (a pseudonym)."""

    id: UUID
    person: UUID
    case: UUID | None
    reason: str
    set_at: dt.datetime
    lifted_at: dt.datetime | None
    lifted_reason: str | None


async def require_free(connection: AsyncConnection, person: UUID, cases: Sequence[UUID | None] | None) -> None:
    """Raise `HeldBack` where a hold on the person or one of `cases` (None: any case) forbids to delete.

    Until the caller's transaction ends, no new hold on this person is set.
    """
    await connection.execute(_LOCK_SHARED, {"person": str(person)})
    values = {"person": person, "all": cases is None, "cases": [case for case in cases or () if case is not None]}
    if (await connection.execute(_ACTIVE, values)).first() is not None:
        raise HeldBack


class Holds:
    """Set and lifted by `revision` or `betrieb`, who see pseudonyms and reasons, never what is held."""

    def __init__(self, database: Database, authorities: AuthorityRepository) -> None:
        self._database = database
        self._authorities = authorities

    async def all(self) -> list[Hold]:
        """The newest 1,000."""
        async with self._database.transaction(_TENANT) as connection:
            return [Hold(*row) for row in await connection.execute(_ALL)]

    async def hold_person(self, principal: Principal, person: UUID, reason: Reason) -> Hold:
        """Raises: NotFound, AlreadyHeld."""
        async with self._database.transaction(RowScope(person=person)) as connection:
            if (await connection.execute(_PERSON, {"person": person})).first() is None:
                raise NotFound(errors=[FieldError("/person", NotFound.default_detail)])
        return await self._set(principal, person, None, None, reason)

    async def hold_case(self, principal: Principal, case: UUID, reason: Reason) -> Hold:
        """Raises: NotFound, AlreadyHeld."""
        for authority in await self._authorities.ids():
            async with self._database.transaction(RowScope(authority=authority)) as connection:
                owner = (await connection.execute(_CASE, {"id": case})).scalar_one_or_none()
            if owner is not None:
                return await self._set(principal, owner, case, authority, reason)
        raise NotFound(errors=[FieldError("/case", NotFound.default_detail)])

    async def lift(self, principal: Principal, hold: UUID, reason: LiftReason) -> Hold:
        """Raises: NotFound, NoLongerHeld."""
        async with self._database.transaction(_TENANT) as connection:
            row = (await connection.execute(_ONE, {"id": hold})).one_or_none()
            if row is None:
                raise NotFound
            found = Hold(*row)
            if found.lifted_at is not None:
                raise NoLongerHeld
            at = dt.datetime.now(dt.UTC)
            await connection.execute(_LIFT, {"id": hold, "by": principal.subject, "at": at, "reason": reason})
            await append(connection, [_record(principal, "hold.lift", found, reason)])
        return Hold(found.id, found.person, found.case, found.reason, found.set_at, at, reason)

    async def _set(
        self, principal: Principal, person: UUID, case: UUID | None, authority: UUID | None, reason: Reason
    ) -> Hold:
        hold = Hold(uuid4(), person, case, reason, dt.datetime.now(dt.UTC), None, None)
        values = {"id": hold.id, "person": person, "case_id": case, "authority": authority, "reason": reason}
        async with self._database.transaction(_TENANT) as connection:
            await connection.execute(_LOCK, {"person": str(person)})
            done = await connection.execute(_INSERT, {**values, "by": principal.subject, "at": hold.set_at})
            if done.rowcount != 1:
                raise AlreadyHeld
            await append(connection, [_record(principal, "hold.set", hold, reason)])
        return hold


def _record(principal: Principal, action: str, hold: Hold, reason: str) -> AuditRecord:
    kind, identifier = ("person", hold.person) if hold.case is None else ("case", hold.case)
    return AuditRecord(
        action=action,
        authority=None,
        actor=principal.subject,
        object_kind=kind,
        object=identifier,
        facts={"hold": str(hold.id), "reason": reason},
    )
