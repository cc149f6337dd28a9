# SPDX-License-Identifier: EUPL-1.2
"""`GET /api/v1/usage`: sums of the active authority by day and kind; operators see every authority. No persons."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import text

from genius_common.database import RowScope
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.scopes import row_scope

router = APIRouter(prefix="/api/v1", tags=["usage"])
_USAGE = text(
    "SELECT authority, day, kind, requests, input_tokens, output_tokens FROM usage_counters"
    " WHERE day > CURRENT_DATE - CAST(:days AS int) AND (CAST(:authority AS uuid) IS NULL OR authority = :authority)"
    " ORDER BY day DESC, authority, kind"
)


class UsageRow(BaseModel):
    authority: UUID
    day: dt.date
    kind: str
    requests: int
    input_tokens: int
    output_tokens: int


class UsageList(BaseModel):
    items: list[UsageRow]


@router.get("/usage")
async def usage(principal: CurrentPrincipal, state: State, days: Annotated[int, Query(ge=1, le=366)] = 31) -> UsageList:
    scope = row_scope(principal) if principal.authority else RowScope(tenant_wide=True)
    async with state.database.transaction(scope) as connection:
        rows = (await connection.execute(_USAGE, {"days": days, "authority": principal.authority})).all()
    return UsageList(items=[UsageRow.model_validate(row, from_attributes=True) for row in rows])
