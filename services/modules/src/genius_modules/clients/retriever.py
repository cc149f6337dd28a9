# SPDX-License-Identifier: EUPL-1.2
"""langchain-core's retriever on our retrieval service, for chains of third parties and for LangChain's own parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field
from typing_extensions import override

from genius_modules.clients.retrieval import RetrievalClient


class GeniusRetriever(BaseRetriever):
    """Hits as documents: `page_content` is the verbatim chunk, `metadata` the other fields of the hit."""

    retrieval: RetrievalClient = Field(exclude=True)
    token: Callable[[], Awaitable[str]] = Field(exclude=True)
    limit: int = 8
    knowledge_bases: tuple[UUID, ...] | None = None

    model_config = ConfigDict(arbitrary_types_allowed=True)

    @override
    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        result = await self.retrieval.search(
            await self.token(), query, limit=self.limit, knowledge_bases=self.knowledge_bases
        )
        return [
            Document(page_content=hit.text, metadata=hit.model_dump(mode="json", exclude={"text"}))
            for hit in result.hits
        ]

    @override
    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        raise TypeError("GeniusRetriever is asynchronous: use ainvoke")
