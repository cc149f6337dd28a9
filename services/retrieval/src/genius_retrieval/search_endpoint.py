# SPDX-License-Identifier: EUPL-1.2
"""`POST /search`: the query is never echoed nor logged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from genius_common.contracts.retrieval import SearchRequest, SearchResult
from genius_common.principal import Principal
from genius_retrieval.http import App, caller

router = APIRouter()


@router.post("/search")
async def search(app: App, principal: Annotated[Principal, caller("search")], request: SearchRequest) -> SearchResult:
    return await app.search.search(principal, request)
