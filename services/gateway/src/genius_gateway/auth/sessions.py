# SPDX-License-Identifier: EUPL-1.2
"""Browser sessions: an opaque random id in the cookie, a row found by its SHA-256, tokens and names sealed."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from genius_common.crypto import key_id_of
from genius_common.database import Database, RowScope, rescope
from genius_common.errors import NotFound
from genius_common.keys import KeyRing
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.auth.errors import SessionEnded
from genius_gateway.auth.identity import Identity, Membership, SessionEnds, from_json, to_json
from genius_gateway.revocation.service import Revocations
from genius_gateway.settings import SessionSettings

_CACHE_S = 5.0
_CACHE_LIMIT = 5000
# A request renews the idle time at most this often; less than the shortest idle time that the settings allow.
_TOUCH_S = 60.0

_INSERT = text(
    "INSERT INTO sessions (id_hash, person, authority, sid_key, subject_key, identity, sealed, expires_at) VALUES"
    " (:id_hash, :person, :authority, :sid_key, :subject_key, CAST(:identity AS jsonb), :sealed,"
    " now() + make_interval(hours => :hours))"
)
_FIND = text(
    "SELECT authority, identity, sealed, expires_at, seen_at,"
    " extract(epoch FROM now() - seen_at)::float8 AS unseen FROM sessions"
    " WHERE id_hash = :id_hash AND expires_at > now() AND seen_at > now() - make_interval(mins => :idle)"
)
_TOUCH = text("UPDATE sessions SET seen_at = now() WHERE id_hash = :id_hash RETURNING seen_at")
_END = text("DELETE FROM sessions WHERE id_hash = :id_hash RETURNING sealed")
_LEAVE = text(
    "DELETE FROM sessions WHERE id_hash = :id_hash"
    " RETURNING sid_key, subject_key, identity, sealed, created_at, expires_at"
)
_GO_ON = text(
    "INSERT INTO sessions (id_hash, person, authority, sid_key, subject_key, identity, sealed, created_at, expires_at)"
    " VALUES (:id_hash, :person, :authority, :sid_key, :subject_key, CAST(:identity AS jsonb), :sealed, :created_at,"
    " :expires_at)"
)
_END_SID = text("DELETE FROM sessions WHERE sid_key = :key RETURNING person")
_END_SUBJECT = text("DELETE FROM sessions WHERE subject_key = :key RETURNING person")


@dataclass(frozen=True, slots=True)
class ProviderSession:
    """What a login brought from the provider: keyed `sid` and subject, and the tokens to keep sealed."""

    sid_key: str | None
    subject_key: str
    id_token: str
    refresh_token: str | None


@dataclass(frozen=True, slots=True)
class _Known:
    """A session found before: believed until `until`, and from `touch_due` on not for a request of a person."""

    identity: Identity
    until: float
    touch_due: float


def hash_of(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()


class SessionStore:
    """A session that is found is believed for 5 s without asking again, so that a page's requests cost one query."""

    def __init__(
        self, database: Database, keys: KeyRing, settings: SessionSettings, tenant: str, revocations: Revocations
    ) -> None:
        self._database = database
        self._revocations = revocations
        self._keys = keys
        self._settings = settings
        self._tenant = tenant
        self._cache: dict[str, _Known] = {}

    async def create(self, identity: Identity, provider: ProviderSession) -> str:
        """Store a new session and return the cookie's value (256 bits), in one transaction with its record."""
        cookie = secrets.token_urlsafe(32)
        id_hash = hash_of(cookie)
        content = orjson.dumps(
            {
                "name": identity.name,
                "username": identity.username,
                "id_token": provider.id_token,
                "refresh_token": provider.refresh_token,
            }
        )
        principal = identity.principal
        scope = RowScope(
            authority=principal.authority,
            person=principal.subject,
            credential=id_hash,
            tenant_wide=principal.authority is None,
        )
        async with self._database.transaction(scope) as connection:
            key = await self._keys.tenant_key(connection)
            await connection.execute(
                _INSERT,
                {
                    "id_hash": id_hash,
                    "person": principal.subject,
                    "authority": principal.authority,
                    "sid_key": provider.sid_key,
                    "subject_key": provider.subject_key,
                    "identity": orjson.dumps(to_json(identity)).decode(),
                    "sealed": key.seal(content, _place(id_hash)),
                    "hours": self._settings.absolute_hours,
                },
            )
            await append(connection, [AuditRecord.of(principal, "session.begin")])
        return cookie

    async def find(self, cookie: str, *, background: bool = False) -> Identity | None:
        """Who the cookie is, or None when there is no such session (any more).

        The request renews the idle time, unless the page says that nobody asked for it (`background`).
        """
        id_hash = hash_of(cookie)
        known = self._cache.get(id_hash)
        if known is not None and known.until > (now := time.monotonic()) and (background or known.touch_due > now):
            return known.identity
        self._cache.pop(id_hash, None)
        idle = self._settings.idle_minutes
        async with self._database.transaction(RowScope(credential=id_hash)) as connection:
            row = (await connection.execute(_FIND, {"id_hash": id_hash, "idle": idle})).one_or_none()
            if row is None:
                return None
            key = await self._keys.by_id(connection, key_id_of(row.sealed))
            content = orjson.loads(key.open(row.sealed, _place(id_hash)))
            seen_at, unseen = row.seen_at, row.unseen
            if unseen > _TOUCH_S and not background:
                seen_at, unseen = (await connection.execute(_TOUCH, {"id_hash": id_hash})).scalar_one(), 0.0
        ends = SessionEnds(idle=seen_at + timedelta(minutes=idle), absolute=row.expires_at)
        identity = self._identity(row, content, id_hash, ends)
        if identity is None:
            return None
        if len(self._cache) >= _CACHE_LIMIT:
            self._cache.clear()
        now = time.monotonic()
        self._cache[id_hash] = _Known(identity, until=now + _CACHE_S, touch_due=now + _TOUCH_S - unseen)
        return identity

    async def switch(self, identity: Identity, target: Membership) -> str:
        """Go on in another membership; returns the new cookie, the old one is worth nothing any longer.

        Another authority is another session, so that no replica goes on with what it remembers of the old one. The
        absolute end stays. Raises: SessionEnded, NotFound where the membership has ended meanwhile.
        """
        principal, old = identity.principal, identity.session or ""
        cookie = secrets.token_urlsafe(32)
        new = hash_of(cookie)
        try:
            async with self._database.transaction(RowScope(person=principal.subject, credential=old)) as connection:
                row = (await connection.execute(_LEAVE, {"id_hash": old})).mappings().one_or_none()
                if row is None:
                    raise SessionEnded
                key = await self._keys.by_id(connection, key_id_of(row["sealed"]))
                content = key.open(row["sealed"], _place(old))
                scope = RowScope(person=principal.subject, credential=new, tenant_wide=True)
                await rescope(connection, scope)
                values = {**row, "identity": orjson.dumps(row["identity"]).decode()}
                values |= {"id_hash": new, "person": principal.subject, "authority": target.id}
                await connection.execute(_GO_ON, values | {"sealed": key.seal(content, _place(new))})
                await append(connection, [_switched(principal, target)])
        except IntegrityError as error:
            raise NotFound from error
        self._cache.pop(old, None)
        return cookie

    async def end(self, identity: Identity) -> str | None:
        """Delete the session of `identity` with its record; returns the ID token as hint for the provider."""
        id_hash = identity.session
        if id_hash is None:
            return None
        self._cache.pop(id_hash, None)
        principal = identity.principal
        scope = RowScope(
            authority=principal.authority,
            person=principal.subject,
            credential=id_hash,
            tenant_wide=True,
        )
        async with self._database.transaction(scope) as connection:
            sealed = (await connection.execute(_END, {"id_hash": id_hash})).scalar_one_or_none()
            if sealed is None:
                return None
            key = await self._keys.by_id(connection, key_id_of(sealed))
            content = orjson.loads(key.open(sealed, _place(id_hash)))
            await self._revocations.revoke(connection, [principal.subject])
            await append(connection, [AuditRecord.of(principal, "session.end")])
        return str(content["id_token"])

    async def end_of_provider(self, *, sid_key: str | None, subject_key: str | None) -> int:
        """Delete the sessions that the provider ended; returns how many."""
        credential = sid_key or subject_key or ""
        statement = _END_SID if sid_key else _END_SUBJECT
        async with self._database.transaction(RowScope(credential=credential, tenant_wide=True)) as connection:
            ended = list((await connection.execute(statement, {"key": credential})).scalars())
            await self._revocations.revoke(connection, set(ended))
            record = AuditRecord(action="session.end_by_provider", authority=None, facts={"sessions": len(ended)})
            await append(connection, [record])
        return len(ended)

    def forget(self, subject: UUID, _at: float) -> None:
        """Look again before a session of this person is believed."""
        for id_hash in [key for key, known in self._cache.items() if known.identity.principal.subject == subject]:
            del self._cache[id_hash]

    def _identity(self, row: Any, content: dict[str, Any], id_hash: str, ends: SessionEnds) -> Identity | None:
        active: UUID | None = row.authority
        return from_json(
            row.identity,
            tenant=self._tenant,
            active=active,
            name=content["name"],
            username=content["username"],
            session=id_hash,
            ends=ends,
        )


def _switched(principal: Principal, target: Membership) -> AuditRecord:
    """Of the tenant: neither authority needs to know of the other."""
    facts: dict[str, int | str | bool] = {"from": str(principal.authority or ""), "to": str(target.id)}
    return AuditRecord(action="session.switch", authority=None, actor=principal.subject, facts=facts)


def _place(id_hash: str) -> str:
    return f"sessions/sealed/{id_hash}"
