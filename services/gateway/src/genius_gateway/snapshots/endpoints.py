# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/snapshots` and `/api/v1/conversations/{conversation}/snapshots`: share, see with whom, read, end."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from genius_gateway.dependencies import CurrentIdentity, CurrentPrincipal, State
from genius_gateway.snapshots.schemas import NewSnapshot, SnapshotContent, SnapshotList, SnapshotView

router = APIRouter(prefix="/api/v1", tags=["snapshots"])


@router.post("/conversations/{conversation}/snapshots", status_code=201)
async def share_conversation(
    conversation: UUID, wanted: NewSnapshot, identity: CurrentIdentity, state: State
) -> SnapshotView:
    """Share the visible branch as it is now, read-only, with colleagues or own units. Later messages stay out of it."""
    return await state.sharing.snapshots.create(identity, conversation, wanted)


@router.get("/conversations/{conversation}/snapshots")
async def list_snapshots_of_conversation(conversation: UUID, principal: CurrentPrincipal, state: State) -> SnapshotList:
    return await state.sharing.snapshots.of_conversation(principal, conversation)


@router.delete("/conversations/{conversation}/snapshots", status_code=204)
async def end_shares(conversation: UUID, principal: CurrentPrincipal, state: State) -> Response:
    """End all of them at once."""
    await state.sharing.snapshots.end_all(principal, conversation)
    return Response(status_code=204)


@router.get("/snapshots")
async def list_snapshots(
    principal: CurrentPrincipal,
    state: State,
    shared: Annotated[Literal["by_me", "with_me"] | None, Query(description="only one of both kinds")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> SnapshotList:
    """What the caller shares and what colleagues share with the caller, the newest first."""
    mine = None if shared is None else shared == "by_me"
    return await state.sharing.snapshots.page(principal, mine=mine, limit=limit, after=after)


@router.get("/snapshots/{snapshot}")
async def read_snapshot(snapshot: UUID, principal: CurrentPrincipal, state: State) -> SnapshotContent:
    """The frozen conversation; of its sources only those that the reader may read now."""
    return await state.sharing.snapshots.read(principal, snapshot)


@router.delete("/snapshots/{snapshot}", status_code=204)
async def end_snapshot(snapshot: UUID, principal: CurrentPrincipal, state: State) -> Response:
    """By its owner; from then on nobody reads it."""
    await state.sharing.snapshots.end(principal, snapshot)
    return Response(status_code=204)
