# SPDX-License-Identifier: EUPL-1.2
"""A document that may be false or planted is locked, and the answers that cite it are listed (INJ-06).

Of answers nothing but ids, modules and days is told, and of the caller's own authority alone: whose they are and what
they say stays with their owners, who see the lock at the cited source.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import BaseModel

from genius_common.contracts.retrieval import DocumentState
from genius_common.database import RowScope
from genius_gateway.conversations.tables import messages
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.documents.endpoints import WRITE, change
from genius_gateway.runs.tables import runs

router = APIRouter(prefix="/api/v1/documents/{document}", tags=["documents"])
_MOST = 1_000


class CitingAnswer(BaseModel):
    """`message`: in a conversation; `run`: the result of another module."""

    kind: Literal["message", "run"]
    id: UUID
    module: str
    day: dt.date


class CitingAnswers(BaseModel):
    """The newest `items` first; `total` counts all that are still kept."""

    total: int
    items: list[CitingAnswer]


@router.put("/quarantine")
async def lock_document(document: UUID, principal: CurrentPrincipal, state: State) -> DocumentState:
    """From now on it is in no search and no answer, and only who may write to its knowledge base opens it."""
    await change(document, principal, state, "document.lock")
    path = f"/documents/{document}/quarantine"
    return DocumentState.model_validate(await state.documents.json(principal, WRITE, "PUT", path))


@router.delete("/quarantine")
async def unlock_document(document: UUID, principal: CurrentPrincipal, state: State) -> DocumentState:
    await change(document, principal, state, "document.unlock")
    path = f"/documents/{document}/quarantine"
    return DocumentState.model_validate(await state.documents.json(principal, WRITE, "DELETE", path))


@router.get("/answers")
async def answers_citing(document: UUID, principal: CurrentPrincipal, state: State) -> CitingAnswers:
    """Answers of the caller's authority that cite the document, locked or not."""
    await change(document, principal, state, "document.answers")
    if principal.authority is None:
        return CitingAnswers(total=0, items=[])
    cites: Any = sa.literal([document], type_=runs.c.sources.type)
    own = sa.select(sa.literal("run").label("kind"), runs.c.id, runs.c.module, runs.c.created_at).where(
        runs.c.sources.contains(cites), runs.c.answer_message.is_(None)
    )
    chats = sa.select(
        sa.literal("message").label("kind"), messages.c.id, sa.literal("chat").label("module"), messages.c.created_at
    ).where(messages.c.sources.contains(cites))
    found = own.union_all(chats).subquery()
    async with state.database.transaction(RowScope(authority=principal.authority)) as connection:
        total = (await connection.execute(sa.select(sa.func.count()).select_from(found))).scalar_one()
        rows = (await connection.execute(sa.select(found).order_by(found.c.created_at.desc()).limit(_MOST))).all()
    items = [CitingAnswer(kind=row.kind, id=row.id, module=row.module, day=row.created_at.date()) for row in rows]
    return CitingAnswers(total=total, items=items)
