# SPDX-License-Identifier: EUPL-1.2
"""What the gate hands to the endpoints: the principal, and the little that only the gateway itself may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from genius_common.principal import Principal, ProtectionClass

Kind = Literal["session", "bearer", "application", "api_token"]


@dataclass(frozen=True, slots=True)
class Membership:
    """One authority that the person belongs to."""

    id: UUID
    short: str
    name: str
    units: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SessionEnds:
    """When a session ends: `idle` unless someone works before then, `absolute` in any case."""

    idle: datetime
    absolute: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """`name` and `username` are shown to the person alone, and empty where an API token is used.

    `session` is the hash of the cookie, for logout.
    """

    principal: Principal
    kind: Kind
    name: str
    username: str
    authority: Membership | None = None
    memberships: tuple[Membership, ...] = ()
    session: str | None = None
    ends: SessionEnds | None = None

    @property
    def actors(self) -> frozenset[UUID]:
        """Who must be free of revocations: the person, and the application or API token where one acts."""
        principal = self.principal
        return frozenset({principal.subject, principal.application or principal.api_token or principal.subject})


def to_json(identity: Identity) -> dict[str, Any]:
    """What a session's row keeps to build the identity again."""
    principal = identity.principal
    return {
        "subject": str(principal.subject),
        "roles": sorted(principal.roles),
        "scopes": sorted(principal.scopes),
        "classification": principal.classification.value,
        "memberships": [
            {
                "id": str(item.id),
                "short": item.short,
                "name": item.name,
                "units": [[str(unit), name] for unit, name in item.units],
            }
            for item in identity.memberships
        ],
    }


def from_json(
    stored: dict[str, Any],
    *,
    tenant: str,
    active: UUID | None,
    name: str,
    username: str,
    session: str,
    ends: SessionEnds,
) -> Identity | None:
    """The identity of a session, `active` being its authority; None where it is none of its memberships."""
    memberships = tuple(
        Membership(
            UUID(item["id"]),
            item["short"],
            item["name"],
            tuple((UUID(unit), unit_name) for unit, unit_name in item["units"]),
        )
        for item in stored["memberships"]
    )
    authority = next((item for item in memberships if item.id == active), None)
    if active is not None and authority is None:
        return None
    principal = Principal(
        subject=UUID(stored["subject"]),
        tenant=tenant,
        authority=authority.id if authority else None,
        units=frozenset(unit for unit, _ in authority.units) if authority else frozenset(),
        roles=frozenset(stored["roles"]),
        scopes=frozenset(stored["scopes"]),
        classification=ProtectionClass(stored["classification"]),
        expires_at=int(ends.absolute.timestamp()),
    )
    return Identity(principal, "session", name, username, authority, memberships, session, ends)
