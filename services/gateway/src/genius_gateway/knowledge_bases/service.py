# SPDX-License-Identifier: EUPL-1.2
"""Knowledge bases: made here with owner and grants, filled and searched in retrieval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database
from genius_common.errors import FieldError, Forbidden, NotFound, PlatformError
from genius_common.http import ServiceClient
from genius_common.principal import Principal, ProtectionClass, Role
from genius_common.uses import SEARCH
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.knowledge_bases.changes import as_fact, changed, uses_of
from genius_gateway.knowledge_bases.errors import (
    GranteeUnknown,
    OwnerKept,
    OwnerNotAllowed,
    ProtectionClassTooHigh,
    UnitNeeded,
)
from genius_gateway.knowledge_bases.model import KnowledgeBase, Right, rights
from genius_gateway.knowledge_bases.repository import KnowledgeBaseRepository
from genius_gateway.knowledge_bases.schemas import (
    Grant,
    GrantListView,
    KnowledgeBaseChange,
    KnowledgeBaseMove,
    NewKnowledgeBase,
)
from genius_gateway.knowledge_bases.share_rows import ShareRows
from genius_gateway.policy.access import ObjectAccess, write_scope
from genius_gateway.retention.holds import require_free
from genius_gateway.scopes import row_scope
from genius_gateway.sharing.names import MemberNames
from genius_gateway.tokens.minter import TokenMinter

_OF_FILES = frozenset({"files.read", "files.write"})
"""Scopes that reach no knowledge base: a token with nothing else names none."""


class KnowledgeBaseService:
    """What a principal may see of knowledge bases, and changes to them."""

    def __init__(
        self,
        database: Database,
        repository: KnowledgeBaseRepository,
        access: ObjectAccess,
        minter: TokenMinter,
        retrieval: ServiceClient,
        shares: ShareRows,
        names: MemberNames,
    ) -> None:
        self._database = database
        self._repository = repository
        self._shares = shares
        self._names = names
        self._access = access
        self._minter = minter
        self._retrieval = retrieval

    async def readable_ids(self, principal: Principal) -> frozenset[UUID]:
        """Every knowledge base that the principal may read now."""
        return (await self._ids(principal))[0]

    async def writable_ids(self, principal: Principal) -> frozenset[UUID]:
        return (await self._ids(principal))[1]

    async def listed(self, principal: Principal) -> list[tuple[KnowledgeBase, frozenset[Right]]]:
        """The readable ones with the principal's rights, oldest first."""
        async with self._database.transaction(row_scope(principal)) as connection:
            bases = await self._repository.all(connection)
        found = [(base, rights(base, principal)) for base in bases]
        return [(base, allowed) for base, allowed in found if allowed]

    async def retrieval_token(self, principal: Principal, scopes: Iterable[str]) -> str:
        """A token for retrieval that names what the principal may read and write there.

        With it somebody searches without a module: that is its use (DSG-06).
        """
        wanted = frozenset(scopes)
        readable, writable = await self._ids(principal) if wanted - _OF_FILES else (frozenset(), frozenset())
        return self._minter.for_inner(
            principal,
            "retrieval",
            wanted,
            use=SEARCH if SEARCH in wanted else None,
            knowledge_bases=readable,
            writable_knowledge_bases=writable,
        )

    async def create(self, principal: Principal, wanted: NewKnowledgeBase) -> KnowledgeBase:
        """Make it here and known in retrieval; if retrieval can't be told, nothing is made."""
        base = _new(principal, wanted)
        async with self._database.transaction(write_scope(principal, base)) as connection:
            await self._repository.insert(connection, base, principal.subject)
            token = self._manage_token(principal, base)
            body = {
                "authority": str(base.authority) if base.authority else None,
                "protection_class": base.protection_class.value,
                "uses": base.uses,
            }
            await self._retrieval.json("PUT", f"/knowledge-bases/{base.id}", token=token, body=body)
            facts = {"owner": base.owner_kind, "uses": as_fact(base.uses)}
            await append(connection, [_record(principal, base, "knowledge_base.create", **facts)])
        return base

    async def change(self, principal: Principal, identifier: UUID, change: KnowledgeBaseChange) -> KnowledgeBase:
        """Set what is given. Purpose and uses hold from the next request and the next search of a run on (DSG-06).

        If retrieval can't be told, nothing changes. Whoever is faster, a run needs the consent of both sides.
        """
        base = await self._access.load_knowledge_base(principal, identifier, "manage")
        async with self._database.transaction(write_scope(principal, base)) as connection:
            await self._repository.lock(connection, identifier)
            base = await self._access.knowledge_base_in(connection, principal, identifier, "manage")
            wanted = changed(base, change)
            records = []
            if wanted.name != base.name:
                await self._repository.rename(connection, base, wanted.name)
                records.append(_record(principal, base, "knowledge_base.change"))
            if (wanted.purpose, wanted.uses) != (base.purpose, base.uses):
                await self._repository.bind(connection, wanted)
                stated, uses = wanted.purpose != base.purpose, as_fact(wanted.uses)
                records.append(_record(principal, base, "knowledge_base.purpose", purpose=stated, uses=uses))
            if not records:
                return base
            if base.authority is not None:
                await self._shares.relabel(connection, principal, wanted)
            if wanted.uses != base.uses:
                token = self._manage_token(principal, base)
                body = {"uses": wanted.uses}
                await self._retrieval.json("PUT", f"/knowledge-bases/{base.id}/uses", token=token, body=body)
            await append(connection, records)
        return await self._access.load_knowledge_base(principal, identifier, "read")

    async def move(self, principal: Principal, identifier: UUID, wanted: KnowledgeBaseMove) -> KnowledgeBase:
        """Give it to a unit of the caller's or to the authority, with all documents and grants; never back to a person.

        Raises: NotFound, Forbidden, OwnerKept, OwnerNotAllowed, UnitNeeded, and what a hold on the owner refuses.
        """
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await self._access.knowledge_base_in(connection, principal, identifier, "manage")
            if wanted.owner == base.owner_kind == "person":
                return base
            if wanted.owner in {"person", "tenant"} or base.authority is None:
                raise OwnerKept(errors=[FieldError("/owner", OwnerKept.default_detail)])
            if not principal.has_role(Role.WISSENSPFLEGE):
                raise OwnerNotAllowed
            if base.owner_person is not None:
                # Out of the reach of a hold on the person, others could delete it.
                await require_free(connection, base.owner_person, [])
            unit = _unit(principal, wanted.unit) if wanted.owner == "unit" else None
            await self._repository.move(connection, base, wanted.owner, unit)
            await append(connection, [_record(principal, base, "knowledge_base.move", owner=wanted.owner)])
        return await self._access.load_knowledge_base(principal, identifier, "read")

    async def delete(self, principal: Principal, identifier: UUID) -> None:
        """Remove it here and all its documents in retrieval, or nothing of it."""
        base = await self._access.load_knowledge_base(principal, identifier, "manage")
        async with self._database.transaction(write_scope(principal, base)) as connection:
            if base.owner_person is not None:
                await require_free(connection, base.owner_person, [])
            await self._repository.delete(connection, base)
            await append(connection, [_record(principal, base, "knowledge_base.delete")])
            token = self._manage_token(principal, base)
            try:
                await self._retrieval.json("DELETE", f"/knowledge-bases/{base.id}", token=token)
            except PlatformError as error:
                if error.status != NotFound.status:
                    raise

    async def grants(self, principal: Principal, identifier: UUID) -> GrantListView:
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await self._access.knowledge_base_in(connection, principal, identifier, "manage")
            return await self._granted(connection, base)

    async def replace_grants(self, principal: Principal, identifier: UUID, wanted: Sequence[Grant]) -> GrantListView:
        """Set the grants inside the own authority. Raises: GranteeUnknown naming the entries."""
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await self._access.knowledge_base_in(connection, principal, identifier, "manage")
            if base.authority is None:
                raise Forbidden("Landesweite Wissensbasen liest jede Behörde; Freigaben gibt es dort nicht.")
            named = [await self._named(connection, principal, base.authority, grant) for grant in wanted]
            unknown = [
                FieldError(f"/items/{index}/{field}", GranteeUnknown.default_detail)
                for index, (grant, field) in enumerate(named)
                if grant.grantee is None
                or not await self._repository.grantee_is_known(connection, base.authority, grant)
            ]
            if unknown:
                raise GranteeUnknown(errors=unknown)
            unique = {(grant.grantee_kind, grant.grantee): grant for grant, _ in named}
            await self._repository.replace_grants(connection, base, list(unique.values()), principal.subject)
            await append(connection, [_record(principal, base, "grant.change", grants=len(unique))])
            return await self._granted(connection, base)

    async def _granted(self, connection: AsyncConnection, base: KnowledgeBase) -> GrantListView:
        units = await self._repository.units(connection, base.authority) if base.authority else []
        return GrantListView(items=await self._repository.grants(connection, base.id), units=units)

    async def _named(
        self, connection: AsyncConnection, principal: Principal, authority: UUID, grant: Grant
    ) -> tuple[Grant, str]:
        """The grant with the id of who is meant, None where nobody is, and the field that said so."""
        if grant.username is None:
            return grant, "grantee"
        if grant.grantee is not None or grant.grantee_kind != "person":
            return grant.model_copy(update={"grantee": None}), "username"
        person = await self._names.find(connection, authority, principal.subject, grant.username)
        return grant.model_copy(update={"grantee": person}), "username"

    async def _ids(self, principal: Principal) -> tuple[frozenset[UUID], frozenset[UUID]]:
        async with self._database.transaction(row_scope(principal)) as connection:
            bases = await self._repository.all(connection, names=False)
        found = {base.id: rights(base, principal) for base in bases}
        readable = frozenset(identifier for identifier, allowed in found.items() if "read" in allowed)
        writable = frozenset(identifier for identifier, allowed in found.items() if "write" in allowed)
        return readable, writable

    def _manage_token(self, principal: Principal, base: KnowledgeBase) -> str:
        return self._minter.for_inner(
            principal,
            "retrieval",
            ("knowledge-bases.manage",),
            knowledge_bases=(base.id,),
            writable_knowledge_bases=(base.id,),
        )


def _new(principal: Principal, wanted: NewKnowledgeBase) -> KnowledgeBase:
    """The knowledge base that `wanted` asks for, if the principal may have it."""
    needed = {"person": set(), "unit": {Role.WISSENSPFLEGE}, "authority": {Role.WISSENSPFLEGE}}.get(
        wanted.owner, {Role.BETRIEB}
    )
    if needed and not principal.has_role(*needed):
        raise OwnerNotAllowed
    if wanted.owner != "tenant" and principal.authority is None:
        raise OwnerNotAllowed
    if wanted.protection_class.rank > principal.classification.rank or (
        wanted.owner == "tenant" and wanted.protection_class.rank > ProtectionClass.INTERN.rank
    ):
        raise ProtectionClassTooHigh
    return KnowledgeBase(
        id=uuid4(),
        authority=None if wanted.owner == "tenant" else principal.authority,
        owner_kind=wanted.owner,
        owner_person=principal.subject if wanted.owner == "person" else None,
        owner_unit=_unit(principal, wanted.unit) if wanted.owner == "unit" else None,
        name=wanted.name,
        protection_class=wanted.protection_class,
        purpose=wanted.purpose,
        uses=uses_of(wanted.uses),
        created_at=dt.datetime.now(dt.UTC),
    )


def _unit(principal: Principal, wanted: UUID | None) -> UUID:
    if wanted is not None:
        if wanted not in principal.units:
            raise NotFound(errors=[FieldError("/unit", "Dieses Referat gibt es nicht, oder Sie gehören nicht dazu.")])
        return wanted
    if len(principal.units) != 1:
        raise UnitNeeded(errors=[FieldError("/unit", UnitNeeded.default_detail)])
    return next(iter(principal.units))


def _record(principal: Principal, base: KnowledgeBase, action: str, **facts: int | str | bool) -> AuditRecord:
    return AuditRecord(
        action=action,
        authority=base.authority,
        actor=principal.subject,
        object_kind="knowledge_base",
        object=base.id,
        facts=facts,
    )
