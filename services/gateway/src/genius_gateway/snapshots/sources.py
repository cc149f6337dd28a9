# SPDX-License-Identifier: EUPL-1.2
"""Which sources of a frozen text its reader may read now: asked anew at every reading (TEN-04)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from genius_common.errors import NotFound, PlatformError
from genius_common.http import ServiceClient
from genius_common.principal import Principal
from genius_gateway.knowledge_bases.service import KnowledgeBaseService
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.tokens.minter import TokenMinter

_AT_ONCE = 8


class Sources:
    """With the rights of the principal that asks; what retrieval can't say now is an error, never a yes."""

    def __init__(
        self, access: ObjectAccess, knowledge_bases: KnowledgeBaseService, minter: TokenMinter, retrieval: ServiceClient
    ) -> None:
        self._access = access
        self._knowledge_bases = knowledge_bases
        self._minter = minter
        self._retrieval = retrieval

    async def readable(self, principal: Principal, citations: Iterable[dict[str, Any]]) -> frozenset[str]:
        """The keys (`key`) of the citations whose source the principal may read."""
        wanted = {key(citation): citation for citation in citations}
        bases = await self._knowledge_bases.readable_ids(principal) if wanted else frozenset()
        token = self._minter.for_inner(principal, "retrieval", ["documents.read"], knowledge_bases=bases)
        slots = asyncio.Semaphore(_AT_ONCE)

        async def check(citation: dict[str, Any]) -> bool:
            if citation.get("file") is None and str(citation.get("knowledge_base")) not in known:
                return False
            async with slots:
                if citation.get("file") is not None:
                    return await self._file(principal, UUID(str(citation["file"])))
                return await self._there(f"/documents/{UUID(str(citation['document']))}", token)

        known = {str(base) for base in bases}
        answers = await asyncio.gather(*(check(citation) for citation in wanted.values()))
        return frozenset(source for source, yes in zip(wanted, answers, strict=True) if yes)

    async def file_name(self, principal: Principal, file: UUID) -> str | None:
        """The name of an own file; None where it is gone."""
        token = self._minter.for_inner(principal, "retrieval", ["files.read"])
        found = await self._get(f"/files/{file}", token)
        return str(found["name"]) if found else None

    async def _file(self, principal: Principal, file: UUID) -> bool:
        reader = await self._access.file_reader(principal, file)
        return await self._there(f"/files/{file}", self._minter.for_inner(reader, "retrieval", ["files.read"]))

    async def _there(self, path: str, token: str) -> bool:
        return await self._get(path, token) is not None

    async def _get(self, path: str, token: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = await self._retrieval.json("GET", path, token=token)
        except PlatformError as error:
            if error.status == NotFound.status:
                return None
            raise
        return found


def key(citation: dict[str, Any]) -> str:
    """Of one source: a file, or a document."""
    return f"file/{citation['file']}" if citation.get("file") is not None else f"document/{citation.get('document')}"
