# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/conversations`."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from genius_gateway.conversations.schemas import (
    ConversationBody,
    ConversationList,
    ConversationPatch,
    ConversationView,
    MessageList,
)
from genius_gateway.dependencies import CurrentPrincipal
from genius_gateway.runs.assembly import System
from genius_gateway.runs.routing import DatabaseRoute

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"], route_class=DatabaseRoute)


@router.get("")
async def list_conversations(
    system: System,
    principal: CurrentPrincipal,
    q: Annotated[str, Query(max_length=200, description="all of these words occur")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> ConversationList:
    """Own conversations: pinned ones first, then the newest."""
    return await system.conversations.page(principal, limit, after, q)


@router.post("", status_code=201)
async def create_conversation(body: ConversationBody, system: System, principal: CurrentPrincipal) -> ConversationView:
    return await system.conversations.create(principal, body)


@router.get("/{conversation}")
async def get_conversation(conversation: UUID, system: System, principal: CurrentPrincipal) -> ConversationView:
    return await system.conversations.get(principal, conversation)


@router.patch("/{conversation}")
async def change_conversation(
    conversation: UUID, body: ConversationPatch, system: System, principal: CurrentPrincipal
) -> ConversationView:
    return await system.conversations.change(principal, conversation, body)


@router.delete("/{conversation}", status_code=204)
async def delete_conversation(conversation: UUID, system: System, principal: CurrentPrincipal) -> Response:
    """Delete it with its messages, runs and events."""
    await system.conversations.delete(principal, conversation)
    return Response(status_code=204)


@router.get("/{conversation}/messages")
async def list_messages(
    conversation: UUID,
    system: System,
    principal: CurrentPrincipal,
    which: Annotated[Literal["path", "all"], Query(description="the path that is shown, or the whole tree")] = "path",
    leaf: Annotated[UUID | None, Query(description="end of the path, instead of the active leaf")] = None,
) -> MessageList:
    return await system.conversations.messages(principal, conversation, which, leaf)
