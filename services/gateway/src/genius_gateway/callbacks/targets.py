# SPDX-License-Identifier: EUPL-1.2
"""Targets: the addresses at which an application may be called, listed by the administration of its authority."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import key_id_of
from genius_common.database import Database, RowScope
from genius_common.errors import FieldError, NotFound
from genius_common.keys import KeyRing
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.callbacks.addresses import checked_url
from genius_gateway.callbacks.errors import CallbackNotAllowed, CallbackNotAvailable, CallbackTargetExists
from genius_gateway.callbacks.signing import TargetKeys

_APPLICATIONS = text("SELECT id, client_id FROM applications WHERE authority = :authority AND state = 'active'")
_ALL = text(
    "SELECT t.id, t.url, t.created_at, a.client_id AS application FROM callback_targets t"
    " JOIN applications a ON a.id = t.application AND a.authority = t.authority"
    " WHERE t.authority = :authority ORDER BY a.client_id, t.url"
)
_INSERT = text(
    "INSERT INTO callback_targets (id, authority, application, url, keys)"
    " VALUES (:id, :authority, :application, :url, :keys)"
)
_DELETE = text("DELETE FROM callback_targets WHERE id = :id AND authority = :authority")
_FIND = text(
    "SELECT id FROM callback_targets WHERE authority = :authority AND application = :application AND url = :url"
)
_OPEN = text(
    "SELECT t.url, t.keys FROM callback_targets t JOIN applications a ON a.id = t.application"
    " WHERE t.id = :id AND t.authority = :authority AND a.state = 'active'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`application` is its client id."""

    id: UUID
    application: str
    url: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OpenTarget:
    """What a callback needs of it."""

    url: str
    keys: TargetKeys


class CallbackTargets:
    """`local`: addresses without TLS will do, on one machine."""

    def __init__(self, database: Database, keys: KeyRing, *, local: bool) -> None:
        self._database = database
        self._keys = keys
        self._local = local

    async def of(self, authority: UUID) -> tuple[list[Target], list[str]]:
        """The targets, and the client ids of the applications that may have some."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            targets = [Target(**row._asdict()) for row in await connection.execute(_ALL, {"authority": authority})]
            rows = await connection.execute(_APPLICATIONS, {"authority": authority})
            return targets, sorted(row.client_id for row in rows)

    async def create(
        self, principal: Principal, authority: UUID, application: str, url: str
    ) -> tuple[UUID, TargetKeys]:
        """Raises: CallbackUrlRefused, NotFound for an application that is not there, CallbackTargetExists."""
        url, target, keys = checked_url(url, local=self._local), uuid4(), TargetKeys.new()
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            known = {row.client_id: row.id for row in await connection.execute(_APPLICATIONS, {"authority": authority})}
            if application not in known:
                raise NotFound(errors=[FieldError("/application", NotFound.default_detail)])
            key = await self._keys.authority_key(connection, authority)
            values = {
                "id": target,
                "authority": authority,
                "application": known[application],
                "url": url,
                "keys": key.seal(orjson.dumps(keys.dump()), _place(target)),
            }
            try:
                await connection.execute(_INSERT, values)
            except IntegrityError:
                raise CallbackTargetExists(errors=[FieldError("/url", CallbackTargetExists.default_detail)]) from None
            await self._record(connection, principal, authority, "callback_target.create", target, known[application])
        return target, keys

    async def delete(self, principal: Principal, authority: UUID, target: UUID) -> None:
        """What is still to be sent there is not sent any more. Raises: NotFound."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            if not (await connection.execute(_DELETE, {"id": target, "authority": authority})).rowcount:
                raise NotFound
            await self._record(connection, principal, authority, "callback_target.delete", target, None)

    async def allowed(self, principal: Principal, url: str) -> UUID:
        """The target of a run that `principal` starts. Raises: CallbackNotAvailable, CallbackNotAllowed."""
        if principal.application is None or principal.authority is None:
            raise CallbackNotAvailable(errors=[FieldError("/callback", CallbackNotAvailable.default_detail)])
        async with self._database.transaction(RowScope(authority=principal.authority)) as connection:
            values = {"authority": principal.authority, "application": principal.application, "url": url}
            found: UUID | None = (await connection.execute(_FIND, values)).scalar_one_or_none()
        if found is None:
            raise CallbackNotAllowed(errors=[FieldError("/callback/url", CallbackNotAllowed.default_detail)])
        return found

    async def open(self, authority: UUID, target: UUID) -> OpenTarget | None:
        """None for one that was removed, or whose application was closed."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            row = (await connection.execute(_OPEN, {"id": target, "authority": authority})).one_or_none()
            if row is None:
                return None
            key = await self._keys.by_id(connection, key_id_of(row.keys))
            return OpenTarget(row.url, TargetKeys.load(orjson.loads(key.open(row.keys, _place(target)))))

    @staticmethod
    async def _record(
        connection: AsyncConnection,
        principal: Principal,
        authority: UUID,
        action: str,
        target: UUID,
        application: UUID | None,
    ) -> None:
        record = AuditRecord(
            action=action,
            authority=authority,
            actor=principal.subject,
            application=application,
            object_kind="callback_target",
            object=target,
        )
        await append(connection, [record])


def _place(target: UUID) -> str:
    return f"callback_targets/keys/{target}"
