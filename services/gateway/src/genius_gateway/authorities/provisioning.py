# SPDX-License-Identifier: EUPL-1.2
"""People and applications become known at their first call; authorities exist before (operators create them)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.keys import KeyRing
from genius_common.principal import Principal, ProtectionClass, Role
from genius_common.settings import TAX_SECRECY, Profile
from genius_gateway.auth.claims import Caller, subject_key
from genius_gateway.auth.errors import AccessTokenInvalid, AccountDisabled, NoAuthority
from genius_gateway.auth.identity import Identity, Membership
from genius_gateway.policy.evaluate import PERSON_SCOPES
from genius_gateway.sharing.names import MemberNames

_AUTHORITIES = text("SELECT id, short, name FROM authorities WHERE short = ANY(:shorts) AND state = 'active'")
_PERSON = text("SELECT id, state FROM persons WHERE subject_key = :key")
_NEW_PERSON = text("INSERT INTO persons (id, subject_key) VALUES (:id, :key) ON CONFLICT DO NOTHING")
_APPLICATION = text("SELECT id, state FROM applications WHERE subject_key = :key AND authority = :authority")
_ACTING = text("SELECT id FROM applications WHERE client_id = :client AND authority = :authority AND state = 'active'")
_NEW_APPLICATION = text(
    "INSERT INTO applications (id, authority, subject_key, client_id) VALUES (:id, :authority, :key, :client)"
    " ON CONFLICT DO NOTHING"
)
_NEW_UNIT = text(
    "INSERT INTO units (id, authority, short, name) VALUES (:id, :authority, :short, :short) ON CONFLICT DO NOTHING"
)
_UNITS = text("SELECT id, short, name FROM units WHERE authority = :authority AND short = ANY(:shorts) ORDER BY short")
_MEMBER = text(
    "INSERT INTO memberships (person, authority, units, roles, display)"
    " VALUES (:person, :authority, :units, :roles, :display)"
    " ON CONFLICT (person, authority) DO UPDATE"
    " SET units = :units, roles = :roles, display = :display, updated_at = now()"
)
_LEFT = text("DELETE FROM memberships WHERE person = :person AND NOT authority = ANY(:kept)")
# Once a day is enough for a time of two years, and costs other logins no write.
_SEEN = text("UPDATE persons SET seen_at = now() WHERE id = :person AND seen_at < now() - interval '1 day'")
TENANT_ROLES = frozenset({Role.BETRIEB, Role.REVISION, Role.ABRUFPRUEFUNG})
# What an authority's staff may see at most; `steuergeheimnis` is for the tax administration's own tenant.
_CLASSIFICATION = ProtectionClass.SOZIALDATEN


def highest_class(profile: Profile) -> ProtectionClass:
    """What people of a tenant of this profile may see, and so what its documents can be."""
    return ProtectionClass.STEUERGEHEIMNIS if profile in TAX_SECRECY else _CLASSIFICATION


class Provisioning:
    """Finds or makes the row of a caller and says who it is here."""

    def __init__(
        self, database: Database, keys: KeyRing, names: MemberNames, tenant: str, issuer: str, profile: Profile
    ) -> None:
        self._database = database
        self._keys = keys
        self._names = names
        self.tenant = tenant
        self._issuer = issuer
        self.classification = highest_class(profile)

    async def identify(self, caller: Caller) -> Identity:
        """Who calls. Raises: NoAuthority, AccountDisabled, AccessTokenInvalid.

        The last one for an application without exactly one authority, and for one that acts for a person of another.
        """
        known = await self._authorities(caller)
        if caller.is_application:
            return await self._application(caller, known)
        if caller.on_behalf:
            return await self._on_behalf(caller, known)
        if not known and not caller.roles & TENANT_ROLES:
            raise NoAuthority
        return await self._person(caller, known)

    async def _authorities(self, caller: Caller) -> list[Membership]:
        async with self._database.transaction(RowScope()) as connection:
            rows = await connection.execute(_AUTHORITIES, {"shorts": sorted(caller.memberships)})
            found = [Membership(row.id, row.short, row.name) for row in rows]
        return sorted(found, key=lambda item: item.short)

    async def _application(self, caller: Caller, known: list[Membership]) -> Identity:
        if len(known) != 1 or len(caller.memberships) != 1:
            raise AccessTokenInvalid
        authority = known[0]
        key = subject_key(self._issuer, caller.subject)
        async with self._database.transaction(RowScope(authority=authority.id, credential=key)) as connection:
            values = {"id": uuid4(), "authority": authority.id, "key": key, "client": caller.client}
            await connection.execute(_NEW_APPLICATION, values)
            row = (await connection.execute(_APPLICATION, values)).one_or_none()
        if row is None or row.state != "active":
            raise AccountDisabled
        principal = Principal(
            subject=row.id,
            tenant=self.tenant,
            authority=authority.id,
            scopes=with_file_scopes(caller.scopes),
            classification=self.classification,
            application=row.id,
            expires_at=caller.expires_at,
        )
        return Identity(principal, "application", caller.client, caller.username, authority, (authority,))

    async def _on_behalf(self, caller: Caller, known: list[Membership]) -> Identity:
        """The person in the application's authority, with what both may do; never with roles of the whole tenant.

        The application is known here from a call of its own: its groups said then whose it is, the person's can't.
        """
        acting: list[tuple[UUID, UUID]] = []
        for item in known:
            async with self._database.transaction(RowScope(authority=item.id)) as connection:
                values = {"client": caller.client, "authority": item.id}
                acting += [(item.id, row) for row in (await connection.execute(_ACTING, values)).scalars()]
        if len(acting) != 1:
            raise AccessTokenInvalid
        authority, application = acting[0]
        person = await self._person(caller, known)
        membership = next(item for item in person.memberships if item.id == authority)
        principal = replace(
            person.principal,
            authority=authority,
            units=frozenset(unit for unit, _ in membership.units),
            roles=caller.roles - TENANT_ROLES,
            scopes=with_file_scopes(caller.scopes),
            application=application,
        )
        return Identity(principal, "application", caller.name, caller.username, membership, (membership,))

    async def _person(self, caller: Caller, known: list[Membership]) -> Identity:
        key = subject_key(self._issuer, caller.subject)
        async with self._database.transaction(RowScope(credential=key)) as connection:
            await connection.execute(_NEW_PERSON, {"id": uuid4(), "key": key})
            row = (await connection.execute(_PERSON, {"key": key})).one()
        if row.state != "active":
            raise AccountDisabled
        memberships = tuple([await self._member(row.id, item, caller) for item in known])
        async with self._database.transaction(RowScope(person=row.id)) as connection:
            await connection.execute(_SEEN, {"person": row.id})
            await connection.execute(_LEFT, {"person": row.id, "kept": [item.id for item in memberships]})
        active = memberships[0] if memberships else None
        principal = Principal(
            subject=row.id,
            tenant=self.tenant,
            authority=active.id if active else None,
            units=frozenset(unit for unit, _ in active.units) if active else frozenset(),
            roles=caller.roles,
            scopes=PERSON_SCOPES | ({"import"} if Role.BETRIEB in caller.roles else frozenset()),
            classification=self.classification,
            expires_at=caller.expires_at,
        )
        return Identity(principal, "bearer", caller.name, caller.username, active, memberships)

    async def _member(self, person: UUID, authority: Membership, caller: Caller) -> Membership:
        async with self._database.transaction(RowScope(authority=authority.id, person=person)) as connection:
            units = await _ensure_units(connection, authority.id, sorted(caller.memberships[authority.short]))
            told = orjson.dumps({"name": caller.name, "username": caller.username})
            key = await self._keys.tenant_key(connection)
            await connection.execute(
                _MEMBER,
                {
                    "person": person,
                    "authority": authority.id,
                    "units": [unit for unit, _ in units],
                    "roles": sorted(caller.roles),
                    "display": key.seal(told, display_place(person, authority.id)),
                },
            )
            await self._names.remember(connection, authority.id, person, caller.username)
        return Membership(authority.id, authority.short, authority.name, tuple(units))


def display_place(person: UUID, authority: UUID) -> str:
    """Where the sealed name of a member stands; the same as in the record of tables."""
    return f"memberships/display/{person}/{authority}"


async def _ensure_units(connection: AsyncConnection, authority: UUID, shorts: list[str]) -> list[tuple[UUID, str]]:
    if not shorts:
        return []
    values = {"authority": authority, "shorts": shorts}
    rows = (await connection.execute(_UNITS, values)).all()
    missing = set(shorts) - {row.short for row in rows}
    if missing:
        await connection.execute(_NEW_UNIT, [{"id": uuid4(), "authority": authority, "short": s} for s in missing])
        rows = (await connection.execute(_UNITS, values)).all()
    return [(row.id, row.name) for row in rows]


def with_file_scopes(given: frozenset[str]) -> frozenset[str]:
    """Whoever may run modules may also hand files to the runs."""
    return given | {"files.read", "files.write"} if "modules.run" in given else given
