# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/knowledge-bases/{kb}/shares` for who offers, `/api/v1/shares` for who is offered something."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.knowledge_bases.schemas import (
    AuthorityRef,
    IncomingShare,
    IncomingShareList,
    NewShare,
    OutgoingShare,
    OutgoingShareList,
)
from genius_gateway.knowledge_bases.share_rows import AuthorityName, Share

router = APIRouter(prefix="/api/v1", tags=["knowledge bases"])


@router.get("/knowledge-bases/{kb}/shares")
async def list_shares(kb: UUID, principal: CurrentPrincipal, state: State) -> OutgoingShareList:
    """Which other authorities it was offered to, and which it can be offered to."""
    shares, others = await state.shares.of_base(principal, kb)
    return OutgoingShareList(items=_outgoing(shares), authorities=[_ref(other) for other in others])


@router.post("/knowledge-bases/{kb}/shares", status_code=201)
async def offer_share(kb: UUID, wanted: NewShare, principal: CurrentPrincipal, state: State) -> OutgoingShare:
    """Offer it to another authority for reading. Nobody there sees it before its curation has accepted."""
    shares = await state.shares.offer(principal, kb, wanted.authority)
    return next(share for share in _outgoing(shares) if share.authority.id == wanted.authority)


@router.get("/shares")
async def incoming_shares(principal: CurrentPrincipal, state: State) -> IncomingShareList:
    """What other authorities offer to the active one, and what it has accepted."""
    items = [
        IncomingShare(
            id=share.id,
            knowledge_base=share.knowledge_base if share.accepted else None,
            name=label.name,
            protection_class=label.protection_class,
            purpose=label.purpose,
            uses=label.uses,
            authority=_ref(share.other),
            state="accepted" if share.accepted else "offered",
            offered_at=share.created_at,
            accepted_at=share.accepted_at,
        )
        for share, label in await state.shares.incoming(principal)
    ]
    return IncomingShareList(items=items)


@router.post("/shares/{share}/accept", status_code=204)
async def accept_share(share: UUID, principal: CurrentPrincipal, state: State) -> Response:
    """From now on the whole staff of the active authority reads it."""
    await state.shares.accept(principal, share)
    return Response(status_code=204)


@router.delete("/shares/{share}", status_code=204)
async def end_share(share: UUID, principal: CurrentPrincipal, state: State) -> Response:
    """Decline an offer, or end a share; from either side, at once."""
    await state.shares.end(principal, share)
    return Response(status_code=204)


def _outgoing(shares: Iterable[Share]) -> list[OutgoingShare]:
    return [
        OutgoingShare(
            id=share.id,
            authority=_ref(share.other),
            state="accepted" if share.accepted else "offered",
            offered_at=share.created_at,
            accepted_at=share.accepted_at,
        )
        for share in shares
    ]


def _ref(authority: AuthorityName) -> AuthorityRef:
    return AuthorityRef(id=authority.id, short=authority.short, name=authority.name)
