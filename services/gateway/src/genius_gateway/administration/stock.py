# SPDX-License-Identifier: EUPL-1.2
"""Knowledge bases of an authority and of its units: name, owner, size, class, purpose. No content, none of persons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from genius_common.database import Database, RowScope
from genius_common.errors import PlatformError
from genius_gateway.knowledge_bases.repository import KnowledgeBaseRepository
from genius_gateway.retention.files import RetrievalFiles

_UNITS = text("SELECT id, name FROM units WHERE authority = :authority")


class Stock:
    """Rows of the gateway with the sums of retrieval; without retrieval the sums are null."""

    def __init__(self, database: Database, repository: KnowledgeBaseRepository, files: RetrievalFiles) -> None:
        self._database = database
        self._repository = repository
        self._files = files

    async def of(self, authority: UUID) -> list[dict[str, Any]]:
        """Oldest first, each with `documents`, `pages`, `bytes` and `changed_at`."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            units = {row.id: row.name for row in await connection.execute(_UNITS, {"authority": authority})}
            found = [
                base
                for base in await self._repository.all(connection)
                if base.authority == authority and base.owner_kind in {"unit", "authority"}
            ]
        sums = await self._sums(authority)
        empty = {"documents": 0, "pages": 0, "bytes": 0, "changed_at": None}
        unknown = dict.fromkeys(empty)
        return [
            {
                "id": base.id,
                "name": base.name,
                "owner": base.owner_kind,
                "unit": units.get(base.owner_unit) if base.owner_unit else None,
                "protection_class": base.protection_class,
                "purpose": base.purpose,
                "uses": base.uses,
                "created_at": base.created_at,
                **(unknown if sums is None else {**empty, **sums.get(base.id, {})}),
            }
            for base in found
        ]

    async def _sums(self, authority: UUID) -> dict[UUID, dict[str, Any]] | None:
        try:
            return await self._files.stock(authority)
        except PlatformError as error:
            if error.status < 500:
                raise
            return None
