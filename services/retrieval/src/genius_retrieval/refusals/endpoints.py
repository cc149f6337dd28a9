# SPDX-License-Identifier: EUPL-1.2
"""Routes for the gateway's maintenance: what was refused, and that it stands in the audit trail."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from genius_common.database import RowScope
from genius_common.principal import Principal
from genius_retrieval.http import App, caller
from genius_retrieval.refusals import repository

router = APIRouter(prefix="/maintenance/refusals")
Maintenance = Annotated[Principal, caller("maintenance")]
_PAGE = 200


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    documents: list[UUID] = Field(max_length=_PAGE)


def _scope(principal: Principal) -> RowScope:
    return RowScope(authority=principal.authority, tenant_wide=principal.authority is None)


@router.get("")
async def open_ones(app: App, principal: Maintenance) -> dict[str, Any]:
    """`{"items": [{"document", "kind", "code", "uploaded_by"}]}` of the token's authority, oldest first."""
    async with app.database.transaction(_scope(principal)) as connection:
        rows = await repository.first(connection, principal.authority, _PAGE)
    names = ("document", "kind", "code", "uploaded_by")
    return {"items": [{name: str(getattr(row, name)) for name in names} for row in rows]}


@router.post("/told")
async def told(app: App, principal: Maintenance, body: Told) -> dict[str, int]:
    """They are in the trail; again is no error."""
    async with app.database.transaction(_scope(principal)) as connection:
        return {"told": await repository.told(connection, body.documents)}
