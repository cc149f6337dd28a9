# SPDX-License-Identifier: EUPL-1.2
"""Retrieval over HTTP: search, and state and text of files."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import aiohttp
from pydantic import ValidationError

from genius_common.contracts.layout import DocumentLayout
from genius_common.contracts.retrieval import DocumentState, DocumentText, SearchRequest, SearchResult
from genius_common.contracts.search_filter import SearchFilter
from genius_common.errors import UpstreamFailed
from genius_common.http import ServiceClient

_NONSENSE = "Die Dokumentensuche hat unverständlich geantwortet."


class RetrievalClient:
    """One per process; every call takes the run's token, which alone decides what can be seen."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._service = ServiceClient(session, base_url, "Dokumentensuche")

    async def search(
        self,
        token: str,
        query: str,
        *,
        limit: int,
        knowledge_bases: Sequence[UUID] | None = None,
        documents: Sequence[UUID] | None = None,
        files: Sequence[UUID] | None = None,
        context: str | None = None,
        narrowed_by: SearchFilter | None = None,
        section_chars: int = 0,
    ) -> SearchResult:
        """The best hits, with a verdict; every place omitted = everything the token may read.

        `section_chars`: what the hits may grow to together by what stands around them in their sections.
        """
        request = SearchRequest(
            query=query[:4000],
            limit=limit,
            knowledge_bases=list(knowledge_bases) if knowledge_bases is not None else None,
            documents=list(documents) if documents is not None else None,
            files=list(files) if files is not None else None,
            context=context[-8000:] if context else None,
            section_chars=section_chars,
            **(narrowed_by.model_dump() if narrowed_by else {}),
        )
        body = request.model_dump(mode="json", exclude_none=True)
        answer = await self._service.json("POST", "/search", token=token, body=body, read_timeout=30)
        try:
            return SearchResult.model_validate(answer)
        except ValidationError as error:
            raise UpstreamFailed(_NONSENSE) from error

    async def file_state(self, token: str, file: UUID) -> DocumentState:
        answer = await self._service.json("GET", f"/files/{file}", token=token, read_timeout=15)
        try:
            return DocumentState.model_validate(answer)
        except ValidationError as error:
            raise UpstreamFailed(_NONSENSE) from error

    async def file_text(self, token: str, file: UUID) -> DocumentText:
        """The whole canonical text of a file that is ready."""
        answer = await self._service.json("GET", f"/files/{file}/text", token=token, read_timeout=60)
        try:
            return DocumentText.model_validate(answer)
        except ValidationError as error:
            raise UpstreamFailed(_NONSENSE) from error

    async def file_layout(self, token: str, file: UUID) -> DocumentLayout:
        """Its lines with their places, filled fields and attachments, of a file that is ready."""
        answer = await self._service.json("GET", f"/files/{file}/layout", token=token, read_timeout=60)
        try:
            return DocumentLayout.model_validate(answer)
        except ValidationError as error:
            raise UpstreamFailed(_NONSENSE) from error
