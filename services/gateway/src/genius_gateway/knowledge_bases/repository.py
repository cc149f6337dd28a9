# SPDX-License-Identifier: EUPL-1.2
"""Rows of knowledge bases and grants; names are sealed with the authority's key, tenant-wide ones with the tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import ContentKey, key_id_of
from genius_common.keys import KeyRing
from genius_common.principal import ProtectionClass
from genius_gateway.authorities.provisioning import display_place
from genius_gateway.knowledge_bases.model import GrantRow, KnowledgeBase
from genius_gateway.knowledge_bases.schemas import AuthorityRef, Grant, GrantView, UnitRef
from genius_gateway.knowledge_bases.share_rows import open_label

_COLUMNS = (
    "k.id, k.authority, k.owner_kind, k.owner_person, k.owner_unit, k.name, k.protection_class, k.purpose, k.uses,"
    " k.created_at"
)
# What another authority shares has its name in the grant, sealed for the reader's authority.
_FROM = (
    f"SELECT {_COLUMNS}, g.id AS share, g.label, a.short AS by_short, a.name AS by_name FROM knowledge_bases k"  # noqa: S608
    " LEFT JOIN grants g ON g.object_kind = 'knowledge_base' AND g.object = k.id AND g.authority = k.authority"
    " AND g.authority <> g.grantee_authority"
    " AND g.grantee_authority = nullif(current_setting('genius.authority', true), '')::uuid"
    " LEFT JOIN authorities a ON a.id = g.authority"
)
_ALL = text(f"{_FROM} ORDER BY k.created_at, k.id")
_ONE = text(f"{_FROM} WHERE k.id = :id")
_INSERT = text(
    "INSERT INTO knowledge_bases (id, authority, owner_kind, owner_person, owner_unit, name, protection_class,"
    " purpose, uses, created_by) VALUES (:id, :authority, :owner_kind, :owner_person, :owner_unit, :name,"
    " :protection_class, :purpose, :uses, :created_by)"
)
_MOVE = text("UPDATE knowledge_bases SET owner_kind = :kind, owner_person = NULL, owner_unit = :unit WHERE id = :id")
_MOVE_GRANTS = text("UPDATE grants SET owner = NULL WHERE object_kind = 'knowledge_base' AND object = :id")
_RENAME = text("UPDATE knowledge_bases SET name = :name WHERE id = :id")
_LOCK = text("SELECT 1 FROM knowledge_bases WHERE id = :id FOR UPDATE")
_BIND = text("UPDATE knowledge_bases SET purpose = :purpose, uses = :uses WHERE id = :id")
_DELETE = text("DELETE FROM knowledge_bases WHERE id = :id")
_GRANTS = text(
    "SELECT object, grantee_kind, grantee, access FROM grants WHERE object_kind = 'knowledge_base'"
    " AND accepted_by_owner IS NOT NULL AND accepted_by_grantee IS NOT NULL"
)
_GRANTS_OF = text(
    "SELECT grantee_kind, grantee, access FROM grants WHERE object_kind = 'knowledge_base' AND object = :id"
    " AND accepted_by_owner IS NOT NULL AND accepted_by_grantee IS NOT NULL ORDER BY created_at, id"
)
_GRANTS_HERE = text(
    "SELECT g.grantee_kind, g.grantee, g.access, u.name AS unit, a.name AS authority, m.display, m.authority AS home"
    " FROM grants g LEFT JOIN units u ON g.grantee_kind = 'unit' AND u.id = g.grantee"
    " LEFT JOIN authorities a ON g.grantee_kind = 'authority' AND a.id = g.grantee"
    " LEFT JOIN memberships m ON g.grantee_kind = 'person' AND m.person = g.grantee AND m.authority = g.authority"
    " WHERE g.object_kind = 'knowledge_base' AND g.object = :id AND g.authority = g.grantee_authority"
    " ORDER BY g.created_at, g.id"
)
_UNITS = text("SELECT id, name FROM units WHERE authority = :authority ORDER BY name, id")
_CLEAR = text("DELETE FROM grants WHERE object_kind = 'knowledge_base' AND object = :id")
_CLEAR_HERE = text(
    "DELETE FROM grants WHERE object_kind = 'knowledge_base' AND object = :id AND authority = grantee_authority"
)
_GRANT = text(
    "INSERT INTO grants (id, object_kind, object, authority, owner, grantee_kind, grantee, grantee_authority, access,"
    " accepted_by_owner, accepted_by_grantee) VALUES (:id, 'knowledge_base', :object, :authority, :owner,"
    " :grantee_kind, :grantee, :authority, :access, :by, :by)"
)
_KNOWN = {
    "person": text("SELECT 1 FROM memberships WHERE person = :id AND authority = :authority"),
    "unit": text("SELECT 1 FROM units WHERE id = :id AND authority = :authority"),
    "authority": text("SELECT 1 FROM authorities WHERE id = :id AND id = :authority"),
}


class KnowledgeBaseRepository:
    """All calls work on the connection of a transaction in the caller's row scope."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def all(self, connection: AsyncConnection, *, names: bool = True) -> list[KnowledgeBase]:
        """Every knowledge base that row-level security lets through, with accepted grants; `names` opens the names."""
        grants: dict[UUID, list[GrantRow]] = {}
        for row in await connection.execute(_GRANTS):
            grants.setdefault(row.object, []).append(GrantRow(row.grantee_kind, row.grantee, row.access))
        rows = (await connection.execute(_ALL)).all()
        return [await self._read(connection, row, grants.get(row.id, ()), name=names) for row in rows]

    async def get(self, connection: AsyncConnection, identifier: UUID) -> KnowledgeBase | None:
        row = (await connection.execute(_ONE, {"id": identifier})).one_or_none()
        if row is None:
            return None
        grants = [GrantRow(g.grantee_kind, g.grantee, g.access) for g in await self._grants_of(connection, identifier)]
        return await self._read(connection, row, grants)

    async def insert(self, connection: AsyncConnection, base: KnowledgeBase, created_by: UUID) -> None:
        key = await self._key(connection, base.authority)
        await connection.execute(
            _INSERT,
            {
                "id": base.id,
                "authority": base.authority,
                "owner_kind": base.owner_kind,
                "owner_person": base.owner_person,
                "owner_unit": base.owner_unit,
                "name": key.seal(base.name.encode(), _place(base.id)),
                "protection_class": base.protection_class.value,
                "purpose": _sealed_purpose(key, base),
                "uses": list(base.uses) if base.uses is not None else None,
                "created_by": created_by,
            },
        )

    async def lock(self, connection: AsyncConnection, identifier: UUID) -> None:
        """Let nobody else change it until the transaction ends."""
        await connection.execute(_LOCK, {"id": identifier})

    async def bind(self, connection: AsyncConnection, base: KnowledgeBase) -> None:
        """Set purpose and uses to those of `base`."""
        key = await self._key(connection, base.authority)
        uses = list(base.uses) if base.uses is not None else None
        await connection.execute(_BIND, {"id": base.id, "purpose": _sealed_purpose(key, base), "uses": uses})

    async def rename(self, connection: AsyncConnection, base: KnowledgeBase, name: str) -> None:
        key = await self._key(connection, base.authority)
        await connection.execute(_RENAME, {"id": base.id, "name": key.seal(name.encode(), _place(base.id))})

    async def move(self, connection: AsyncConnection, base: KnowledgeBase, kind: str, unit: UUID | None) -> None:
        """To a unit or the authority, with its grants."""
        await connection.execute(_MOVE_GRANTS, {"id": base.id})
        await connection.execute(_MOVE, {"id": base.id, "kind": kind, "unit": unit})

    async def delete(self, connection: AsyncConnection, base: KnowledgeBase) -> None:
        await connection.execute(_CLEAR, {"id": base.id})
        await connection.execute(_DELETE, {"id": base.id})

    async def grants(self, connection: AsyncConnection, identifier: UUID) -> list[GrantView]:
        """Those inside the own authority, with the names of who got them."""
        rows = (await connection.execute(_GRANTS_HERE, {"id": identifier})).all()
        return [
            GrantView(
                grantee_kind=row.grantee_kind,
                grantee=row.grantee,
                access=row.access,
                name=row.unit or row.authority or await self._name_of(connection, row),
            )
            for row in rows
        ]

    async def units(self, connection: AsyncConnection, authority: UUID) -> list[UnitRef]:
        return [UnitRef(id=row.id, name=row.name) for row in await connection.execute(_UNITS, {"authority": authority})]

    async def _name_of(self, connection: AsyncConnection, row: Any) -> str | None:
        if row.display is None:
            return None
        key = await self._keys.by_id(connection, key_id_of(row.display))
        told = orjson.loads(key.open(row.display, display_place(row.grantee, row.home)))
        return f"{told['name']} ({told['username']})"

    async def replace_grants(
        self, connection: AsyncConnection, base: KnowledgeBase, grants: Sequence[Grant], by: UUID
    ) -> None:
        await connection.execute(_CLEAR_HERE, {"id": base.id})
        for grant in grants:
            values = {"id": uuid4(), "object": base.id, "authority": base.authority, "owner": base.owner_person}
            given = {"grantee_kind": grant.grantee_kind, "grantee": grant.grantee, "access": grant.access}
            await connection.execute(_GRANT, {**values, **given, "by": by})

    async def grantee_is_known(self, connection: AsyncConnection, authority: UUID, grant: Grant) -> bool:
        """Whether the grantee belongs to `authority`."""
        values = {"id": grant.grantee, "authority": authority}
        return (await connection.execute(_KNOWN[grant.grantee_kind], values)).first() is not None

    async def _grants_of(self, connection: AsyncConnection, identifier: UUID) -> Sequence[Any]:
        return (await connection.execute(_GRANTS_OF, {"id": identifier})).all()

    async def _read(
        self, connection: AsyncConnection, row: Any, grants: Sequence[GrantRow], *, name: bool = True
    ) -> KnowledgeBase:
        opened, purpose = "", None
        if name and row.label is not None:
            label = await open_label(self._keys, connection, row.share, row.label)
            opened, purpose = label.name, label.purpose
        elif name:
            key = await self._keys.by_id(connection, key_id_of(row.name))
            opened = key.open(row.name, _place(row.id)).decode()
            purpose = await self._purpose(connection, row)
        return KnowledgeBase(
            id=row.id,
            authority=row.authority,
            owner_kind=row.owner_kind,
            owner_person=row.owner_person,
            owner_unit=row.owner_unit,
            name=opened,
            protection_class=ProtectionClass(row.protection_class),
            purpose=purpose,
            uses=tuple(row.uses) if row.uses is not None else None,
            created_at=row.created_at,
            grants=tuple(grants),
            shared_by=AuthorityRef(id=row.authority, short=row.by_short, name=row.by_name) if row.share else None,
        )

    async def _purpose(self, connection: AsyncConnection, row: Any) -> str | None:
        if row.purpose is None:
            return None
        key = await self._keys.by_id(connection, key_id_of(row.purpose))
        return key.open(row.purpose, _purpose_place(row.id)).decode()

    async def _key(self, connection: AsyncConnection, authority: UUID | None) -> ContentKey:
        if authority is None:
            return await self._keys.tenant_key(connection)
        return await self._keys.authority_key(connection, authority)


def _place(identifier: UUID) -> str:
    return f"knowledge_bases/name/{identifier}"


def _purpose_place(identifier: UUID) -> str:
    return f"knowledge_bases/purpose/{identifier}"


def _sealed_purpose(key: ContentKey, base: KnowledgeBase) -> bytes | None:
    return None if base.purpose is None else key.seal(base.purpose.encode(), _purpose_place(base.id))
