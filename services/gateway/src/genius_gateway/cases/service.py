# SPDX-License-Identifier: EUPL-1.2
"""Cases: one's own and those that colleagues share; sharing them, and handing one over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, rescope
from genius_common.errors import Forbidden
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.auth.identity import Identity
from genius_gateway.case_versions.repository import VersionRepository
from genius_gateway.cases.copying import FileCopies
from genius_gateway.cases.ending import CaseEnding
from genius_gateway.cases.model import Case, Right, rights
from genius_gateway.cases.repository import CaseRepository
from genius_gateway.cases.schemas import CaseGrant, NewCase, SharedHow
from genius_gateway.knowledge_bases.errors import ProtectionClassTooHigh
from genius_gateway.policy.access import LoadedCase, ObjectAccess
from genius_gateway.retention.holds import require_free
from genius_gateway.runs.sealing import Owner
from genius_gateway.runs.starting import owner_of
from genius_gateway.scopes import in_name_of, row_scope
from genius_gateway.sharing.grants import Access, GivenNames, ObjectGrants, Shared
from genius_gateway.sharing.recipients import Grantee, Recipients

_Named = tuple[Shared, GivenNames]


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case with what the caller may do, and the grants that the caller may know of, with their names."""

    case: Case
    rights: frozenset[Right]
    grants: Sequence[_Named]

    @property
    def shared(self) -> SharedHow | None:
        if "manage" not in self.rights:
            return "with_me"
        return "by_me" if self.grants else None

    @property
    def handed_over(self) -> _Named | None:
        return next((found for found in self.grants if found[1].handed_over), None)


class CaseService:
    """Everything is decided by `ObjectAccess.case_in`, in the transaction of the effect."""

    def __init__(
        self,
        database: Database,
        cases: CaseRepository,
        access: ObjectAccess,
        grants: ObjectGrants,
        recipients: Recipients,
        copies: FileCopies,
        versions: VersionRepository,
        ending: CaseEnding,
    ) -> None:
        self._database = database
        self._cases = cases
        self._access = access
        self._grants = grants
        self._recipients = recipients
        self._copies = copies
        self._versions = versions
        self._ending = ending

    async def all(self, principal: Principal) -> list[ListedCase]:
        """The newest 500 that the caller may read."""
        async with self._database.transaction(row_scope(principal)) as connection:
            grants = await self._grants.all(connection, "case")
            found = []
            for row in await self._cases.rows(connection):
                given = grants.get(row.id, [])
                allowed = rights(row.owner, row.protection_class, given, principal)
                if "read" in allowed:
                    async with in_name_of(connection, principal, row.owner):
                        case = await self._cases.listed(connection, row)
                        found.append(await self._listed(connection, principal, case, allowed, given))
            return found

    async def get(self, principal: Principal, identifier: UUID) -> ListedCase:
        """Raises: NotFound."""
        async with self._database.transaction(row_scope(principal)) as connection:
            loaded = await self._access.case_in(connection, principal, identifier, "read")
            async with in_name_of(connection, principal, loaded.case.owner):
                return await self._listed(connection, principal, loaded.case, loaded.rights, loaded.grants)

    async def create(self, principal: Principal, wanted: NewCase) -> ListedCase:
        """Raises: Forbidden, ProtectionClassTooHigh."""
        if principal.authority is None:
            raise Forbidden("Vorgänge gehören zu einer Behörde.")
        if wanted.protection_class.rank > principal.classification.rank:
            raise ProtectionClassTooHigh
        async with self._database.transaction(row_scope(principal)) as connection:
            identifier = await self._cases.insert(connection, owner_of(principal), **dict(wanted))
            await _record(connection, principal, "case.create", identifier)
        return await self.get(principal, identifier)

    async def change(self, principal: Principal, identifier: UUID, given: dict[str, Any]) -> ListedCase:
        """Who may write, may change it; until when it is kept only its owner says. Raises: NotFound, Forbidden."""
        async with self._database.transaction(row_scope(principal)) as connection:
            right: Right = "manage" if "retention_until" in given else "write"
            case = (await self._access.case_in(connection, principal, identifier, right)).case
            # Reference and state can't be taken away; a null for them means "as it was".
            kept = {k: v for k, v in given.items() if v is not None or k in {"title", "retention_until"}}
            changed = replace(case, **kept)
            async with in_name_of(connection, principal, case.owner):
                owner = Owner(owner_of(principal).authority, case.owner)
                sealed = await self._cases.sealed(connection, owner, identifier, changed.reference, changed.title)
            await self._cases.update(connection, changed, sealed)
            await _record(connection, principal, "case.change", identifier)
        return await self.get(principal, identifier)

    async def delete(self, principal: Principal, identifier: UUID) -> None:
        """With all that belongs to it, also what colleagues have put into it or run in it.

        Raises: NotFound, Forbidden, HeldBack, CaseBusy, and what retrieval refuses; then the case is still there.
        """

        def before(files: int) -> AuditRecord:
            return AuditRecord.of(principal, "case.delete_files", object_kind="case", object_id=identifier, files=files)

        async with self._database.transaction(row_scope(principal)) as connection:
            await self._access.case_in(connection, principal, identifier, "manage")
            counts = await self._ending.end(connection, owner_of(principal), identifier, before)
            await _record(connection, principal, "case.delete", identifier, **counts)

    async def replace_grants(self, identity: Identity, identifier: UUID, wanted: Sequence[CaseGrant]) -> ListedCase:
        """Raises: NotFound, Forbidden, RecipientUnknown."""
        principal = identity.principal
        async with self._database.transaction(row_scope(principal)) as connection:
            await self._access.case_in(connection, principal, identifier, "manage")
            grantees = await self._recipients.resolve(connection, principal, wanted, "/items")
            pairs: list[tuple[Grantee, Access]] = [
                (grantee, one.access) for grantee, one in zip(grantees, wanted, strict=True)
            ]
            await self._grants.replace(connection, owner_of(principal), "case", identifier, pairs, identity.name)
            await _record(connection, principal, "case.grants", identifier, grants=len(pairs))
        return await self.get(principal, identifier)

    async def hand_over(self, identity: Identity, identifier: UUID, username: str) -> ListedCase:
        """A colleague becomes the owner; who gave it away may go on reading until the new owner ends that.

        Both see it in the list. Own files in it are copied for the new owner; conversations and runs stay whose they
        are. A hold stands against it: it names the owner. Raises: NotFound, Forbidden, RecipientUnknown, HeldBack, and
        what retrieval refuses; then nothing has changed.
        """
        principal = identity.principal
        old = owner_of(principal)
        async with self._database.transaction(old.scope) as connection:
            await self._transferable(connection, principal, identifier)
            grantee = await self._recipients.colleague(connection, principal, username, "/username")
            files = await self._copies.of(connection, old, identifier)
            # Durable before the effect in retrieval: no effect without a record.
            await _record(connection, principal, "case.file_copy", identifier, files=len(files), to=str(grantee.id))
        copies = await self._copies.copy(principal, grantee.id, files)
        try:
            await self._hand_over(identity, identifier, grantee, files, copies)
        except BaseException:  # whatever it was, the case stays and no copies are left; raised again
            await self._copies.undo(principal, grantee.id, copies.values())
            raise
        return await self.get(principal, identifier)

    async def _transferable(self, connection: AsyncConnection, principal: Principal, identifier: UUID) -> LoadedCase:
        loaded = await self._access.case_in(connection, principal, identifier, "manage")
        await require_free(connection, principal.subject, [identifier])
        return loaded

    async def _hand_over(
        self, identity: Identity, identifier: UUID, grantee: Grantee, files: Sequence[UUID], copies: dict[UUID, UUID]
    ) -> None:
        principal = identity.principal
        old = owner_of(principal)
        new = Owner(old.authority, grantee.id)
        async with self._database.transaction(old.scope) as connection:
            loaded = await self._transferable(connection, principal, identifier)
            kept = await self._kept(connection, loaded.grants, grantee.id)
            await self._move(connection, old, loaded.case, grantee)
            await self._copies.link(connection, new, identifier, files, copies)
            await self._grants.give(connection, new, "case", identifier, kept, grantee.name)
            before = Grantee("person", old.person, identity.name)
            await self._grants.give(
                connection, new, "case", identifier, [(before, "read")], grantee.name, handed_over=True
            )
            await rescope(connection, old.scope)
            await _record(connection, principal, "case.hand_over", identifier, to=str(grantee.id))

    async def _kept(
        self, connection: AsyncConnection, grants: Sequence[Shared], but: UUID
    ) -> list[tuple[Grantee, Access]]:
        names = await self._grants.names(connection, grants)
        return [
            (Grantee(grant.row.grantee_kind, grant.row.grantee, name.recipient), grant.access)
            for grant, name in zip(grants, names, strict=True)
            if grant.row.grantee != but
        ]

    async def _move(self, connection: AsyncConnection, old: Owner, case: Case, to: Grantee) -> None:
        """The row becomes the other's: who may write it in the database is its owner or has a grant of the owner's."""
        new = Owner(old.authority, to.id)
        await self._grants.clear(connection, "case", case.id)
        await self._grants.give(connection, old, "case", case.id, [(to, "write")], "")
        versions = await self._versions.all(connection, case.id)
        await rescope(connection, new.scope)
        sealed = await self._cases.sealed(connection, new, case.id, case.reference, case.title)
        await self._cases.update(connection, replace(case, owner=to.id), sealed)
        await self._versions.take_over(connection, new, versions)
        await self._grants.clear(connection, "case", case.id)

    async def _listed(
        self,
        connection: AsyncConnection,
        principal: Principal,
        case: Case,
        allowed: frozenset[Right],
        grants: Sequence[Shared],
    ) -> ListedCase:
        """In the owner's row scope: there the names of the grants open. Others see those that reach them."""
        known = [grant for grant in grants if "manage" in allowed or grant.reaches(principal)]
        names = await self._grants.names(connection, known)
        return ListedCase(case, allowed, list(zip(known, names, strict=True)))


async def _record(
    connection: AsyncConnection, principal: Principal, action: str, case: UUID, **facts: int | str | bool
) -> None:
    record = AuditRecord.of(principal, action, object_kind="case", object_id=case)
    await append(connection, [replace(record, facts={**record.facts, **facts})])
