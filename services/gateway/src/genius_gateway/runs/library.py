# SPDX-License-Identifier: EUPL-1.2
"""What a caller may read outside of runs: knowledge bases by policy, documents and files by retrieval, cases."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError

from genius_common.contracts.modules import RunFile
from genius_common.contracts.retrieval import DocumentState
from genius_common.database import Database
from genius_common.errors import NotFound, PlatformError, UpstreamFailed
from genius_common.http import ServiceClient
from genius_common.keys import KeyRing
from genius_common.principal import Principal, ProtectionClass
from genius_common.uses import allows
from genius_gateway.knowledge_bases.model import KnowledgeBase, rights
from genius_gateway.knowledge_bases.repository import KnowledgeBaseRepository
from genius_gateway.runs.ports import RunToken
from genius_gateway.runs.references import FoundDocument
from genius_gateway.scopes import row_scope
from genius_gateway.tokens.minter import TokenMinter

_CASE = sa.text("SELECT protection_class FROM cases WHERE id = :id")
_READ_S = 10.0


def module_audience(module: str) -> str:
    """Who an external module is in `aud`: a token for it is of no use at another module."""
    return f"module:{module}"


_MODULE_AUDIENCES = ("inference", "retrieval", "gateway")


class GatewayLibrary:
    """Answers with the rights of the principal that asks."""

    def __init__(self, database: Database, keys: KeyRing, minter: TokenMinter, retrieval: ServiceClient) -> None:
        self._database = database
        self._knowledge_bases = KnowledgeBaseRepository(keys)
        self._minter = minter
        self._retrieval = retrieval

    async def readable_knowledge_bases(self, principal: Principal) -> dict[UUID, KnowledgeBase]:
        async with self._database.transaction(row_scope(principal)) as connection:
            found = await self._knowledge_bases.all(connection)
        return {base.id: base for base in found if "read" in rights(base, principal)}

    async def document(self, principal: Principal, document: UUID) -> FoundDocument | None:
        """None where the caller may not read it."""
        readable = await self.readable_knowledge_bases(principal)
        token = self._minter.for_inner(principal, "retrieval", ["documents.read"], knowledge_bases=readable)
        found = await self._document(f"/documents/{document}", token)
        base = readable.get(found.knowledge_base) if found and found.knowledge_base else None
        return FoundDocument(found.protection_class, base) if found and base else None

    async def file(self, principal: Principal, file: UUID) -> RunFile | None:
        token = self._minter.for_inner(principal, "retrieval", ["files.read"])
        found = await self._document(f"/files/{file}", token)
        if found is None:
            return None
        return RunFile(
            id=found.id,
            name=found.name,
            media_type=found.media_type,
            size=found.size,
            protection_class=found.protection_class,
        )

    async def delete_file(self, principal: Principal, file: UUID) -> None:
        """Delete a file of the caller; one that is gone already is as good as deleted."""
        token = self._minter.for_inner(principal, "retrieval", ["files.write"])
        try:
            await self._retrieval.json("DELETE", f"/files/{file}", token=token, read_timeout=_READ_S)
        except PlatformError as error:
            if error.status != NotFound.status:
                raise

    async def case_class(self, principal: Principal, case: UUID) -> ProtectionClass | None:
        """None where the caller has no such case."""
        async with self._database.transaction(row_scope(principal)) as connection:
            found = (await connection.execute(_CASE, {"id": case})).scalar_one_or_none()
        return ProtectionClass(found) if found else None

    async def _document(self, path: str, token: str) -> DocumentState | None:
        try:
            answer = await self._retrieval.json("GET", path, token=token, read_timeout=_READ_S)
            return DocumentState.model_validate(answer)
        except ValidationError as error:
            raise UpstreamFailed from error
        except PlatformError as error:
            if error.status == NotFound.status:
                return None
            raise


class GatewayTokens:
    """Mints tokens for runs and for the gateway's own calls."""

    def __init__(self, minter: TokenMinter, library: GatewayLibrary, tenant: str) -> None:
        self._minter = minter
        self._library = library
        self._tenant = tenant

    async def for_run(
        self,
        principal: Principal,
        run: UUID,
        module: str,
        scopes: frozenset[str],
        files: frozenset[UUID],
        *,
        everything: bool,
        external: bool,
    ) -> RunToken:
        readable = await self._library.readable_knowledge_bases(principal)
        left_out: list[KnowledgeBase] = []
        if everything:
            left_out = [base for base in readable.values() if not allows(base.uses, module)]
        token = self._minter.for_inner(
            principal,
            module_audience(module) if external else "modules",
            (scopes - {"modules.run"} if external else scopes | {"modules.run"}) | {"run.token"},
            run=run,
            use=module,
            metered=external,
            knowledge_bases=readable.keys() - {base.id for base in left_out},
            files=files,
            also_for=_MODULE_AUDIENCES,
        )
        return RunToken(token, left_out)

    def for_service(self, audience: str) -> str:
        """For calls without a user: only the list of models, which the modes of the manifests depend on."""
        nobody = Principal(
            subject=UUID(int=0),
            tenant=self._tenant,
            authority=None,
            scopes=frozenset({"models.read"}),
        )
        return self._minter.for_inner(nobody, audience, ["models.read"], also_for=["inference"])
