# SPDX-License-Identifier: EUPL-1.2
"""Routes for the gateway's data protection; their scopes are in no user's and no application's token."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from genius_common.principal import Principal
from genius_retrieval.http import App, caller
from genius_retrieval.persons.service import NOBODY

router = APIRouter()
Maintenance = Annotated[Principal, caller("maintenance")]
Erasure = Annotated[Principal, caller("person.erase")]


@router.get("/maintenance/files")
async def due_files(
    app: App,
    principal: Maintenance,
    before: AwareDatetime,
    after: UUID = NOBODY,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
) -> dict[str, Any]:
    """`{"items": [{"id", "owner"}]}`: files of the authority uploaded before, in the order of their ids."""
    rows = await app.persons.due(principal, before, after, limit)
    return {"items": [{"id": str(row.id), "owner": str(row.owner_person)} for row in rows]}


@router.get("/maintenance/knowledge-bases")
async def stock(app: App, principal: Maintenance) -> dict[str, Any]:
    """`{"items": [{"id", "documents", "pages", "bytes", "changed_at"}]}`: sums of the authority's, no content."""
    return {"items": [row._asdict() for row in await app.persons.stock(principal)]}


@router.get("/persons/self")
async def inventory(app: App, principal: Erasure) -> dict[str, int]:
    """How many files, documents, points, objects and living keys the person has in the authority."""
    return await app.persons.inventory(principal)


@router.delete("/persons/self")
async def erase(app: App, principal: Erasure) -> dict[str, Any]:
    """Delete it all: `{"deleted": {kind: n}, "keys": [id …]}`. Again is no error and deletes what is left."""
    return asdict(await app.persons.erase(principal))
