# SPDX-License-Identifier: EUPL-1.2
"""API tokens are made, found and revoked; each change in one transaction with its record.

A token never allows more than its owner may at this moment: roles and units are those of the membership now, without
roles of the whole tenant. It lives only where the platform hears of closed accounts (AUTH-08).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from genius_common.database import Database, RowScope, rescope
from genius_common.errors import Forbidden, NotFound
from genius_common.principal import Principal, Role
from genius_gateway.api_tokens import secret
from genius_gateway.api_tokens.errors import ApiTokensNotOffered, TooManyApiTokens
from genius_gateway.api_tokens.repository import ApiToken, ApiTokenRepository
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.auth.errors import AccessTokenInvalid
from genius_gateway.auth.identity import Identity, Membership
from genius_gateway.authorities.provisioning import TENANT_ROLES, Provisioning, with_file_scopes
from genius_gateway.policy.evaluate import APPLICATION_SCOPES
from genius_gateway.revocation.service import Revocations
from genius_gateway.scopes import row_scope

MOST_TOKENS = 20


class ApiTokens:
    """`offered`: whether closed accounts become known here; without that no token is made or accepted."""

    def __init__(
        self,
        database: Database,
        repository: ApiTokenRepository,
        revocations: Revocations,
        provisioning: Provisioning,
        *,
        offered: bool,
    ) -> None:
        self._database = database
        self._repository = repository
        self._revocations = revocations
        self._provisioning = provisioning
        self._offered = offered

    async def create(
        self, principal: Principal, *, name: str, scopes: Sequence[str], days: int
    ) -> tuple[str, ApiToken]:
        """The token itself, which nobody sees again, and its row. Raises: TooManyApiTokens, ApiTokensNotOffered."""
        if not self._offered:
            raise ApiTokensNotOffered
        if principal.authority is None:
            raise Forbidden("Zugangsschlüssel gehören zu einer Behörde.")
        token = secret.new()
        async with self._database.transaction(row_scope(principal)) as connection:
            if await self._repository.count_valid(connection, principal.subject) >= MOST_TOKENS:
                raise TooManyApiTokens
            identifier = await self._repository.insert(
                connection,
                authority=principal.authority,
                person=principal.subject,
                hash=secret.hash_of(token),
                name=name,
                scopes=scopes,
                days=days,
            )
            own = await self._repository.own(connection, principal.subject)
            record = AuditRecord.of(
                principal, "api_token.create", object_kind="api_token", object_id=identifier, days=days
            )
            await append(connection, [record])
        return token, next(item for item in own if item.id == identifier)

    async def own(self, principal: Principal) -> list[ApiToken]:
        """Those of the person in the active authority, also ended ones that are still kept."""
        async with self._database.transaction(row_scope(principal)) as connection:
            return await self._repository.own(connection, principal.subject)

    async def of_authority(self, authority: UUID) -> list[ApiToken]:
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            return await self._repository.all(connection)

    async def revoke_own(self, principal: Principal, token: UUID) -> None:
        """Raises: NotFound, also for one that has ended."""
        await self._revoke(principal, principal.subject, token, "api_token.revoke")

    async def revoke_of_authority(self, principal: Principal, token: UUID) -> None:
        """Somebody's in the active authority. Raises: NotFound."""
        async with self._database.transaction(RowScope(authority=principal.authority)) as connection:
            owner = await self._repository.owner(connection, token)
        if owner is None:
            raise NotFound
        await self._revoke(principal, owner, token, "api_token.revoke_other")

    async def _revoke(self, principal: Principal, owner: UUID, token: UUID, action: str) -> None:
        scope = RowScope(authority=principal.authority, person=owner, tenant_wide=True)
        async with self._database.transaction(scope) as connection:
            if not await self._repository.revoke(connection, token):
                raise NotFound
            await self._revocations.revoke(connection, [token])
            await append(connection, [AuditRecord.of(principal, action, object_kind="api_token", object_id=token)])

    async def identify(self, token: str, token_hash: str) -> Identity:
        """Who calls with it, as stored now. Raises: AccessTokenInvalid."""
        if not self._offered or not secret.is_well_formed(token):
            raise AccessTokenInvalid
        async with self._database.transaction(RowScope(credential=token_hash)) as connection:
            row = await self._repository.find(connection, token_hash)
            if row is None:
                raise AccessTokenInvalid
            await rescope(connection, RowScope(authority=row.authority, person=row.person))
            member = await self._repository.member(connection, row.person, row.authority)
            if member is None:
                raise AccessTokenInvalid
            if not row.used_today:
                await self._repository.used(connection, row.id)
        authority = Membership(
            row.authority, member.short, member.name, tuple((UUID(unit), name) for unit, name in member.units)
        )
        principal = Principal(
            subject=row.person,
            tenant=self._provisioning.tenant,
            authority=row.authority,
            units=frozenset(unit for unit, _ in authority.units),
            roles=frozenset(member.roles) & frozenset(Role) - TENANT_ROLES,
            scopes=with_file_scopes(frozenset(row.scopes) & APPLICATION_SCOPES),
            classification=self._provisioning.classification,
            api_token=row.id,
            expires_at=int(row.expires_at.timestamp()),
        )
        return Identity(principal, "api_token", "", "", authority, (authority,))
