# SPDX-License-Identifier: EUPL-1.2
"""Knowledge bases as retrieval knows them: an id, its owner, its class; name and grants are the gateway's."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from genius_common.database import Database
from genius_common.errors import NotFound
from genius_common.principal import Principal, ProtectionClass
from genius_retrieval.access import may_see_class, require_readable, require_writable, row_scope, write_scope
from genius_retrieval.collections import CollectionCatalogue
from genius_retrieval.documents import repository as documents
from genius_retrieval.documents.service import DocumentService
from genius_retrieval.index.port import CollectionIndex
from genius_retrieval.knowledge_bases import repository
from genius_retrieval.knowledge_bases.schemas import KnowledgeBaseCounts


class KnowledgeBaseService:
    def __init__(
        self,
        database: Database,
        documents_service: DocumentService,
        catalogue: CollectionCatalogue,
        index: CollectionIndex,
    ) -> None:
        self._database = database
        self._documents = documents_service
        self._catalogue = catalogue
        self._index = index

    async def put(
        self,
        principal: Principal,
        identifier: UUID,
        authority: UUID | None,
        protection_class: ProtectionClass,
        uses: Sequence[str] | None = None,
    ) -> None:
        """Make a knowledge base and its collection known; again is no change."""
        require_writable(principal, identifier)
        async with self._database.transaction(write_scope(principal, authority)) as connection:
            if not await repository.put(connection, identifier, authority, protection_class, uses):
                raise NotFound
            await self._catalogue.ensure(connection, authority, identifier)

    async def bind(self, principal: Principal, identifier: UUID, uses: Sequence[str] | None) -> None:
        """Set what it may be used for, from the next search on (DSG-06)."""
        require_writable(principal, identifier)
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await repository.get(connection, identifier)
        if base is None:
            raise NotFound
        async with self._database.transaction(write_scope(principal, base.authority)) as connection:
            if not await repository.bind(connection, identifier, uses):
                raise NotFound

    async def counts(self, principal: Principal, identifier: UUID) -> KnowledgeBaseCounts:
        require_readable(principal, identifier)
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await repository.get(connection, identifier)
            if base is None or not may_see_class(principal, base.protection_class):
                raise NotFound
            row = await documents.counts(connection, identifier)
        return KnowledgeBaseCounts(
            id=identifier, documents=row.documents, ready=row.ready, failed=row.failed, pages=row.pages
        )

    async def delete(self, principal: Principal, identifier: UUID) -> None:
        """Remove it with all documents, points and objects; a tenant-wide one with its whole collection."""
        require_writable(principal, identifier)
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await repository.get(connection, identifier)
            if base is None:
                raise NotFound
            scope = write_scope(principal, base.authority)
            rows = await documents.of_knowledge_base(connection, identifier)
            own = [] if base.authority else await self._catalogue.ids(connection, None, identifier)
        await self._documents.delete_rows(scope, rows)
        for collection in own:
            await self._index.drop(collection)
        async with self._database.transaction(scope) as connection:
            await repository.remove(connection, identifier)
