# SPDX-License-Identifier: EUPL-1.2
"""`POST /search`, and the same explained: the query is never logged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response

from genius_common.contracts.explanation import SearchExplanation
from genius_common.contracts.retrieval import SearchRequest, SearchResult
from genius_common.principal import Principal
from genius_retrieval.http import App, caller

router = APIRouter()


@router.post("/search", response_model=SearchResult)
async def search(app: App, principal: Annotated[Principal, caller("search")], request: SearchRequest) -> Response:
    found = await app.search.search(principal, request)
    # A model that is answered as it is would be checked again field by field.
    return Response(found.model_dump_json(), media_type="application/json")


@router.post("/search/explain")
async def explain(
    app: App, principal: Annotated[Principal, caller("search")], request: SearchRequest
) -> SearchExplanation:
    return await app.search.explain(principal, request)
