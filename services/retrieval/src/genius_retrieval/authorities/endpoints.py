# SPDX-License-Identifier: EUPL-1.2
"""Routes for operators' commands of the gateway; their scopes are in no user's and no application's token."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from genius_common.errors import Forbidden
from genius_common.principal import Principal
from genius_retrieval.http import App, caller
from genius_retrieval.ingest.owners import CollectionOwner

router = APIRouter(prefix="/authorities/self")
Removal = Annotated[Principal, caller("authority.destroy")]
Keys = Annotated[Principal, caller("keys.maintain")]


def _authority(principal: Principal) -> UUID:
    if principal.authority is None:
        raise Forbidden
    return principal.authority


@router.put("", status_code=204)
async def prepare(app: App, principal: Keys) -> None:
    """The authority's key and its collection are there; again is no change."""
    await app.resealing.prepare(_authority(principal))


@router.get("")
async def inventory(app: App, principal: Removal) -> dict[str, int]:
    """How many documents, files, objects, points, collections and living keys the token's authority has."""
    return await app.authorities.inventory(_authority(principal))


@router.delete("")
async def destroy(app: App, principal: Removal, closed: bool) -> dict[str, Any]:
    """Destroy it all: `{"deleted": {kind: n}, "keys": [id …]}`; `closed`: nothing is ever written for it again."""
    return asdict(await app.authorities.destroy(_authority(principal), closed=closed))


@router.get("/keys")
async def keys(app: App, principal: Keys) -> dict[str, Any]:
    """`{"items": [KeyLine …]}`: the authority's keys with those of its persons, never the secrets."""
    return {"items": [asdict(line) for line in await app.resealing.lines(_authority(principal))]}


@router.post("/keys")
async def rotate(app: App, principal: Keys, person: UUID | None = None) -> dict[str, str]:
    """A new content key of the authority, or of one person in it: `{"key": id}`."""
    return {"key": str(await app.resealing.rotate(_authority(principal), person))}


@router.post("/rebuild", status_code=202)
async def rebuild(app: App, principal: Keys) -> dict[str, str]:
    """A second collection under a new search key takes the place of the one in use; answers `{"collection": id}`."""
    return {"collection": str(await app.rebuilding.request(CollectionOwner(_authority(principal))))}


@router.get("/rebuild")
async def rebuild_progress(app: App, principal: Keys) -> dict[str, Any]:
    """`{"building", "done", "total", "unreadable"}`, in documents."""
    return asdict(await app.rebuild.progress(CollectionOwner(_authority(principal))))


@router.post("/reseal")
async def reseal(app: App, principal: Keys) -> dict[str, int]:
    """Seal anew what retired keys have sealed; answers how much."""
    return await app.resealing.run(_authority(principal))
