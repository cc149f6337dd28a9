# SPDX-License-Identifier: EUPL-1.2
"""Grants of a knowledge base to another authority, from either side; what the other side reads of it is sealed for it.

A name is ciphertext of the owner's key, which nobody else can use. Who is offered a knowledge base must know what it
is, so its name, protection class, purpose and uses go with the grant, under the key of the authority that it is offered
to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import key_id_of
from genius_common.database import RowScope, rescope
from genius_common.keys import KeyRing
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.scopes import row_scope

_ABROAD = "g.object_kind = 'knowledge_base' AND g.authority <> g.grantee_authority"
_COLUMNS = (
    "g.id, g.object, g.authority, g.grantee_authority, g.label, g.accepted_by_grantee, g.created_at, g.accepted_at"
)
_FROM = f"SELECT {_COLUMNS}, a.short, a.name, a.state FROM grants g JOIN authorities a ON a.id ="  # noqa: S608 constants only
_OF_BASE = text(f"{_FROM} g.grantee_authority WHERE {_ABROAD} AND g.object = :object ORDER BY g.created_at, g.id")
_INCOMING = text(
    f"{_FROM} g.authority WHERE {_ABROAD} AND g.grantee_authority = :authority ORDER BY g.created_at DESC, g.id"
)
_ONE = text(f"{_FROM} g.authority WHERE {_ABROAD} AND g.id = :id FOR UPDATE OF g")
_OTHERS = text("SELECT id, short, name FROM authorities WHERE id <> :own AND state = 'active' ORDER BY name, id")
_INSERT = text(
    "INSERT INTO grants (id, object_kind, object, authority, owner, grantee_kind, grantee, grantee_authority, access,"
    " accepted_by_owner, label) VALUES (:id, 'knowledge_base', :object, :authority, :owner, 'authority', :grantee,"
    " :grantee, 'read', :by, :label)"
)
_ACCEPT = text("UPDATE grants SET accepted_by_grantee = :by, accepted_at = now() WHERE id = :id")
_RELABEL = text("UPDATE grants SET label = :label WHERE id = :id")
_DELETE = text("DELETE FROM grants WHERE id = :id")


@dataclass(frozen=True, slots=True)
class AuthorityName:
    id: UUID
    short: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`other` is the authority on the other side of the reader."""

    id: UUID
    knowledge_base: UUID
    authority: UUID
    grantee: UUID
    other: AuthorityName
    accepted: bool
    created_at: dt.datetime
    accepted_at: dt.datetime | None
    label: bytes
    other_is_active: bool


@dataclass(frozen=True, slots=True)
class Label:
    """What the other side may know before it accepts."""

    name: str
    protection_class: ProtectionClass
    purpose: str | None = None
    uses: list[str] | None = None


class ShareRows:
    """All calls work on the connection of a transaction in the caller's row scope."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def of_base(self, connection: AsyncConnection, base: UUID) -> list[Share]:
        """In the owner's scope."""
        rows = await connection.execute(_OF_BASE, {"object": base})
        return [_share(row, row.grantee_authority) for row in rows]

    async def incoming(self, connection: AsyncConnection, authority: UUID) -> list[Share]:
        """What was offered to `authority` and what it has accepted; needs the scope `curation`."""
        return [_share(row, row.authority) for row in await connection.execute(_INCOMING, {"authority": authority})]

    async def get(self, connection: AsyncConnection, identifier: UUID) -> Share | None:
        """Locked until the transaction ends."""
        row = (await connection.execute(_ONE, {"id": identifier})).one_or_none()
        return _share(row, row.authority) if row else None

    async def others(self, connection: AsyncConnection, own: UUID) -> list[AuthorityName]:
        """The authorities that something can be offered to."""
        return [AuthorityName(row.id, row.short, row.name) for row in await connection.execute(_OTHERS, {"own": own})]

    async def offer(self, connection: AsyncConnection, principal: Principal, base: KnowledgeBase, to: UUID) -> None:
        identifier = uuid4()
        values = {
            "id": identifier,
            "object": base.id,
            "authority": base.authority,
            "owner": base.owner_person,
            "grantee": to,
            "by": principal.subject,
            "label": await self._sealed(connection, principal, base, identifier, to),
        }
        await connection.execute(_INSERT, values)

    async def accept(self, connection: AsyncConnection, share: Share, by: UUID) -> None:
        await connection.execute(_ACCEPT, {"id": share.id, "by": by})

    async def delete(self, connection: AsyncConnection, share: Share) -> None:
        await connection.execute(_DELETE, {"id": share.id})

    async def relabel(self, connection: AsyncConnection, principal: Principal, base: KnowledgeBase) -> None:
        """After a change of name, purpose or uses."""
        for share in await self.of_base(connection, base.id):
            if not share.other_is_active:
                continue  # Nobody reads it there any more, and the key may be destroyed.
            label = await self._sealed(connection, principal, base, share.id, share.grantee)
            await connection.execute(_RELABEL, {"id": share.id, "label": label})

    async def label(self, connection: AsyncConnection, share: Share) -> Label:
        """In the scope of the other side alone: nobody else can use the key."""
        return await open_label(self._keys, connection, share.id, share.label)

    async def _sealed(
        self, connection: AsyncConnection, principal: Principal, base: KnowledgeBase, share: UUID, to: UUID
    ) -> bytes:
        # The one key that is taken from another authority's scope, and only to write a letter to it.
        await rescope(connection, RowScope(authority=to))
        key = await self._keys.authority_key(connection, to)
        await rescope(connection, row_scope(principal))
        content = {
            "name": base.name,
            "protection_class": base.protection_class.value,
            "purpose": base.purpose,
            "uses": base.uses,
        }
        return key.seal(orjson.dumps(content), _place(share))


async def open_label(keys: KeyRing, connection: AsyncConnection, share: UUID, sealed: bytes) -> Label:
    """What `ShareRows.offer` has sealed."""
    key = await keys.by_id(connection, key_id_of(sealed))
    content = orjson.loads(key.open(sealed, _place(share)))
    # Offers from before purposes were asked for name none.
    protection = ProtectionClass(content["protection_class"])
    return Label(content["name"], protection, content.get("purpose"), content.get("uses"))


def _share(row: Any, other: UUID) -> Share:
    return Share(
        id=row.id,
        knowledge_base=row.object,
        authority=row.authority,
        grantee=row.grantee_authority,
        other=AuthorityName(other, row.short, row.name),
        accepted=row.accepted_by_grantee is not None,
        created_at=row.created_at,
        accepted_at=row.accepted_at,
        label=row.label,
        other_is_active=row.state == "active",
    )


def _place(share: UUID) -> str:
    return f"grants/label/{share}"
