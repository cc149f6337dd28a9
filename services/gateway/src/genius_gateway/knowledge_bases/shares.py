# SPDX-License-Identifier: EUPL-1.2
"""Sharing with another authority: a manager offers, the curation of the other side accepts, either side ends it.

Every step changes the grant here and the share in retrieval, or nothing: where retrieval can't be told the step is
refused, and nobody can read there meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.errors import FieldError, Forbidden, NotFound
from genius_common.http import ServiceClient
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.knowledge_bases.errors import AuthorityUnknown
from genius_gateway.knowledge_bases.share_rows import AuthorityName, Label, Share, ShareRows
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.policy.table import CURATION
from genius_gateway.scopes import row_scope
from genius_gateway.tokens.minter import TokenMinter


class KnowledgeBaseShares:
    """What a principal may see of shares, and the steps that it may take."""

    def __init__(
        self, database: Database, rows: ShareRows, access: ObjectAccess, minter: TokenMinter, retrieval: ServiceClient
    ) -> None:
        self._database = database
        self._rows = rows
        self._access = access
        self._minter = minter
        self._retrieval = retrieval

    async def of_base(self, principal: Principal, base: UUID) -> tuple[list[Share], list[AuthorityName]]:
        """Its shares, and the authorities that it can still be offered to. Raises: NotFound, Forbidden."""
        async with self._database.transaction(row_scope(principal)) as connection:
            found = await self._access.knowledge_base_in(connection, principal, base, "manage")
            if found.authority is None:
                return [], []
            shares = await self._rows.of_base(connection, base)
            taken = {share.grantee for share in shares}
            others = await self._rows.others(connection, found.authority)
        return shares, [other for other in others if other.id not in taken]

    async def incoming(self, principal: Principal) -> list[tuple[Share, Label]]:
        """Offers to the active authority, and what it has accepted."""
        if principal.authority is None:
            return []
        async with self._database.transaction(_curation(principal)) as connection:
            shares = await self._rows.incoming(connection, principal.authority)
            return [(share, await self._rows.label(connection, share)) for share in shares]

    async def offer(self, principal: Principal, base: UUID, to: UUID) -> Sequence[Share]:
        """Offer it for reading; again is no change. Raises: NotFound, Forbidden, AuthorityUnknown."""
        async with self._database.transaction(row_scope(principal)) as connection:
            found = await self._access.knowledge_base_in(connection, principal, base, "manage")
            if found.authority is None:
                raise Forbidden("Landesweite Wissensbasen liest jede Behörde; Freigaben gibt es dort nicht.")
            if to not in {other.id for other in await self._rows.others(connection, found.authority)}:
                raise AuthorityUnknown(errors=[FieldError("/authority", AuthorityUnknown.default_detail)])
            shares = await self._rows.of_base(connection, base)
            if to in {share.grantee for share in shares}:
                return shares
            await self._rows.offer(connection, principal, found, to)
            await self._tell(principal, "PUT", f"/knowledge-bases/{base}/shares/{to}", base)
            await append(connection, [_record(principal, "share.offer", base, to)])
            return await self._rows.of_base(connection, base)

    async def accept(self, principal: Principal, identifier: UUID) -> None:
        """For the active authority; again is no change. Raises: NotFound."""
        async with self._database.transaction(_curation(principal)) as connection:
            share = await self._rows.get(connection, identifier)
            if share is None or share.grantee != principal.authority:
                raise NotFound
            if share.accepted:
                return
            await self._rows.accept(connection, share, principal.subject)
            await self._tell(
                principal, "POST", f"/knowledge-bases/{share.knowledge_base}/acceptance", share.knowledge_base
            )
            await append(connection, [_record(principal, "share.accept", share.knowledge_base, share.authority)])

    async def end(self, principal: Principal, identifier: UUID) -> None:
        """Take back, decline or end it, at once. Raises: NotFound, Forbidden."""
        curates = principal.has_role(*CURATION)
        scope = _curation(principal) if curates else row_scope(principal)
        async with self._database.transaction(scope) as connection:
            share = await self._rows.get(connection, identifier)
            if share is None or not await self._may_end(connection, principal, share, curates):
                raise NotFound
            await self._rows.delete(connection, share)
            path = f"/knowledge-bases/{share.knowledge_base}/shares/{share.grantee}"
            await self._tell(principal, "DELETE", path, share.knowledge_base)
            other = share.grantee if share.authority == principal.authority else share.authority
            await append(connection, [_record(principal, "share.end", share.knowledge_base, other)])

    async def _may_end(self, connection: AsyncConnection, principal: Principal, share: Share, curates: bool) -> bool:
        if share.grantee == principal.authority:
            return curates
        await self._access.knowledge_base_in(connection, principal, share.knowledge_base, "manage")
        return True

    async def _tell(self, principal: Principal, method: str, path: str, base: UUID) -> None:
        bases = (base,)
        token = self._minter.for_inner(
            principal,
            "retrieval",
            ("knowledge-bases.manage",),
            knowledge_bases=bases,
            writable_knowledge_bases=bases if method == "PUT" else (),
        )
        await self._retrieval.json(method, path, token=token)


def _curation(principal: Principal) -> RowScope:
    return RowScope(authority=principal.authority, person=principal.subject, curation=True)


def _record(principal: Principal, action: str, base: UUID, other: UUID) -> AuditRecord:
    """In the chain of who takes the step; `other` is the authority on the other side."""
    return AuditRecord.of(principal, action, object_kind="knowledge_base", object_id=base, other=str(other))
