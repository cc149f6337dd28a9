# SPDX-License-Identifier: EUPL-1.2
"""Searching knowledge bases directly: in one, in all, and explained. Retrieval checks again what is decided here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from genius_common.contracts.explanation import SearchExplanation
from genius_common.contracts.retrieval import Hit, SearchResult
from genius_common.contracts.search_filter import SearchFilter
from genius_common.principal import Principal, ProtectionClass
from genius_common.uses import SEARCH, allows
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.knowledge_bases.purposes import refusals_recorded, require_use
from genius_gateway.retrieval_log.current import note
from genius_gateway.state import GatewayState

router = APIRouter(prefix="/api/v1")


class SearchQuery(SearchFilter):
    query: str = Field(min_length=1, max_length=4000)
    limit: int = Field(default=10, ge=1, le=50)


@router.post("/knowledge-bases/{kb}/search", tags=["search"])
async def search_knowledge_base(
    kb: UUID, query: SearchQuery, principal: CurrentPrincipal, state: State
) -> SearchResult:
    base = await state.access.load_knowledge_base(principal, kb, "read")
    async with refusals_recorded(state.audit, principal, SEARCH, [kb]):
        require_use(SEARCH, "die direkte Suche", [("/kb", base)])
        return await _search(state, principal, query, [kb])


@router.post("/search", tags=["search"])
async def search_knowledge_bases(query: SearchQuery, principal: CurrentPrincipal, state: State) -> SearchResult:
    """Over every knowledge base that the caller may read. The query is not echoed and not kept.

    Those whose purpose does not allow the direct search are left out, and counted in `searched.left_out`.
    """
    readable = [base for base, allowed in await state.knowledge_bases.listed(principal) if "read" in allowed]
    suited = sorted(base.id for base in readable if allows(base.uses, SEARCH))
    async with refusals_recorded(state.audit, principal, SEARCH, suited):
        found = await _search(state, principal, query, suited)
    searched = found.searched.model_copy(update={"left_out": found.searched.left_out + len(readable) - len(suited)})
    return found.model_copy(update={"searched": searched})


@router.post("/knowledge-bases/{kb}/search/explain", tags=["search"])
async def explain_search(kb: UUID, query: SearchQuery, principal: CurrentPrincipal, state: State) -> SearchExplanation:
    """The same search as `/search`, and how it came to its hits: for those who may write to the knowledge base."""
    base = await state.access.load_knowledge_base(principal, kb, "write")
    async with refusals_recorded(state.audit, principal, SEARCH, [kb]):
        require_use(SEARCH, "die direkte Suche", [("/kb", base)])
        told = SearchExplanation.model_validate(await _asked(state, principal, query, [str(kb)], "/search/explain"))
    kept = _kept(principal, [str(kb)], [item.hit for item in told.hits])
    return told.model_copy(update={"hits": [item for item in told.hits if item.hit in kept]})


async def _search(
    state: GatewayState, principal: Principal, query: SearchQuery, knowledge_bases: Iterable[UUID]
) -> SearchResult:
    asked = [str(kb) for kb in knowledge_bases]
    found = SearchResult.model_validate(await _asked(state, principal, query, asked, "/search"))
    return found.model_copy(update={"hits": _kept(principal, asked, found.hits)})


async def _asked(state: GatewayState, principal: Principal, query: SearchQuery, asked: list[str], path: str) -> Any:
    body = {**query.model_dump(mode="json", exclude_none=True), "knowledge_bases": asked}
    async with state.ledger.request(principal, "search"):
        return await state.documents.json(principal, ("search",), "POST", path, body=body)


def _kept(principal: Principal, asked: list[str], hits: list[Hit]) -> list[Hit]:
    """Retrieval has checked them; one of anything that was not asked for must not pass here either (TEN-07)."""
    kept = [
        hit
        for hit in hits
        if str(hit.knowledge_base) in asked and principal.classification.covers(hit.protection_class)
    ]
    note(ProtectionClass.highest([hit.protection_class for hit in kept]) if kept else None, hits=len(kept))
    return kept
