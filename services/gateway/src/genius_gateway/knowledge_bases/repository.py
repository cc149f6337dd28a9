# SPDX-License-Identifier: EUPL-1.2
"""Rows of knowledge bases and grants; names are sealed with the authority's key, tenant-wide ones with the tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import ContentKey, key_id_of
from genius_common.keys import KeyRing
from genius_common.principal import ProtectionClass
from genius_gateway.knowledge_bases.model import GrantRow, KnowledgeBase
from genius_gateway.knowledge_bases.schemas import Grant

_COLUMNS = "id, authority, owner_kind, owner_person, owner_unit, name, protection_class, created_at"
_ALL = text(f"SELECT {_COLUMNS} FROM knowledge_bases ORDER BY created_at, id")  # noqa: S608 constants only
_ONE = text(f"SELECT {_COLUMNS} FROM knowledge_bases WHERE id = :id")  # noqa: S608 constants only
_INSERT = text(
    "INSERT INTO knowledge_bases (id, authority, owner_kind, owner_person, owner_unit, name, protection_class,"
    " created_by) VALUES (:id, :authority, :owner_kind, :owner_person, :owner_unit, :name, :protection_class,"
    " :created_by)"
)
_RENAME = text("UPDATE knowledge_bases SET name = :name WHERE id = :id")
_DELETE = text("DELETE FROM knowledge_bases WHERE id = :id")
_GRANTS = text(
    "SELECT object, grantee_kind, grantee, access FROM grants WHERE object_kind = 'knowledge_base'"
    " AND accepted_by_owner IS NOT NULL AND accepted_by_grantee IS NOT NULL"
)
_GRANTS_OF = text(
    "SELECT grantee_kind, grantee, access FROM grants WHERE object_kind = 'knowledge_base' AND object = :id"
    " ORDER BY created_at, id"
)
_CLEAR = text("DELETE FROM grants WHERE object_kind = 'knowledge_base' AND object = :id")
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
                "created_by": created_by,
            },
        )

    async def rename(self, connection: AsyncConnection, base: KnowledgeBase, name: str) -> None:
        key = await self._key(connection, base.authority)
        await connection.execute(_RENAME, {"id": base.id, "name": key.seal(name.encode(), _place(base.id))})

    async def delete(self, connection: AsyncConnection, base: KnowledgeBase) -> None:
        await connection.execute(_CLEAR, {"id": base.id})
        await connection.execute(_DELETE, {"id": base.id})

    async def grants(self, connection: AsyncConnection, identifier: UUID) -> list[Grant]:
        return [
            Grant(grantee_kind=row.grantee_kind, grantee=row.grantee, access=row.access)
            for row in await self._grants_of(connection, identifier)
        ]

    async def replace_grants(
        self, connection: AsyncConnection, base: KnowledgeBase, grants: Sequence[Grant], by: UUID
    ) -> None:
        await connection.execute(_CLEAR, {"id": base.id})
        for grant in grants:
            values = {"id": uuid4(), "object": base.id, "authority": base.authority, "owner": base.owner_person}
            await connection.execute(_GRANT, {**values, **grant.model_dump(), "by": by})

    async def grantee_is_known(self, connection: AsyncConnection, authority: UUID, grant: Grant) -> bool:
        """Whether the grantee belongs to `authority`."""
        values = {"id": grant.grantee, "authority": authority}
        return (await connection.execute(_KNOWN[grant.grantee_kind], values)).first() is not None

    async def _grants_of(self, connection: AsyncConnection, identifier: UUID) -> Sequence[Any]:
        return (await connection.execute(_GRANTS_OF, {"id": identifier})).all()

    async def _read(
        self, connection: AsyncConnection, row: Any, grants: Sequence[GrantRow], *, name: bool = True
    ) -> KnowledgeBase:
        opened = ""
        if name:
            key = await self._keys.by_id(connection, key_id_of(row.name))
            opened = key.open(row.name, _place(row.id)).decode()
        return KnowledgeBase(
            id=row.id,
            authority=row.authority,
            owner_kind=row.owner_kind,
            owner_person=row.owner_person,
            owner_unit=row.owner_unit,
            name=opened,
            protection_class=ProtectionClass(row.protection_class),
            created_at=row.created_at,
            grants=tuple(grants),
        )

    async def _key(self, connection: AsyncConnection, authority: UUID | None) -> ContentKey:
        if authority is None:
            return await self._keys.tenant_key(connection)
        return await self._keys.authority_key(connection, authority)


def _place(identifier: UUID) -> str:
    return f"knowledge_bases/name/{identifier}"
