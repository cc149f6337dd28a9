# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/knowledge-bases`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from genius_common.contracts.laws import ImportWish
from genius_common.errors import PlatformError
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.knowledge_bases.model import KnowledgeBase, rights
from genius_gateway.knowledge_bases.purposes import require_known
from genius_gateway.knowledge_bases.schemas import (
    GrantList,
    GrantListView,
    KnowledgeBaseChange,
    KnowledgeBaseList,
    KnowledgeBaseMove,
    KnowledgeBaseView,
    NewKnowledgeBase,
)
from genius_gateway.runs.assembly import System

router = APIRouter(prefix="/api/v1/knowledge-bases", tags=["knowledge bases"])
_IMPORT_SILENCE_S = 600.0


def _view(base: KnowledgeBase, principal: Principal, counts: dict[str, Any] | None = None) -> KnowledgeBaseView:
    allowed = rights(base, principal)
    return KnowledgeBaseView(
        id=base.id,
        name=base.name,
        owner="authority" if base.shared_by else base.owner_kind,
        unit=None if base.shared_by else base.owner_unit,
        protection_class=base.protection_class,
        purpose=base.purpose,
        uses=list(base.uses) if base.uses is not None else None,
        rights=[right for right in ("read", "write", "manage") if right in allowed],
        writable="write" in allowed,
        created_at=base.created_at,
        shared_by=base.shared_by,
        **{name: (counts or {}).get(name) for name in ("documents", "ready", "failed", "pages")},
    )


@router.get("")
async def list_knowledge_bases(
    principal: CurrentPrincipal,
    state: State,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    after: UUID | None = None,
) -> KnowledgeBaseList:
    found = [_view(base, principal) for base, _ in await state.knowledge_bases.listed(principal)]
    start = next((index + 1 for index, item in enumerate(found) if item.id == after), 0)
    page = found[start : start + limit]
    more = start + limit < len(found)
    return KnowledgeBaseList(items=page, next=str(page[-1].id) if more else None)


@router.post("", status_code=201)
async def create_knowledge_base(
    wanted: NewKnowledgeBase, principal: CurrentPrincipal, state: State, system: System
) -> KnowledgeBaseView:
    await require_known(system.catalogue, wanted.uses)
    return _view(await state.knowledge_bases.create(principal, wanted), principal)


@router.get("/{kb}")
async def read_knowledge_base(kb: UUID, principal: CurrentPrincipal, state: State) -> KnowledgeBaseView:
    """With counts of documents, where retrieval can tell them now."""
    base = await state.access.load_knowledge_base(principal, kb, "read")
    try:
        counts = await state.documents.json(principal, ("documents.read",), "GET", f"/knowledge-bases/{kb}")
    except PlatformError as error:
        if error.status < 500:
            raise
        counts = None
    return _view(base, principal, counts)


@router.patch("/{kb}")
async def change_knowledge_base(
    kb: UUID, change: KnowledgeBaseChange, principal: CurrentPrincipal, state: State, system: System
) -> KnowledgeBaseView:
    await require_known(system.catalogue, change.uses)
    return _view(await state.knowledge_bases.change(principal, kb, change), principal)


@router.put("/{kb}/owner")
async def move_knowledge_base(
    kb: UUID, wanted: KnowledgeBaseMove, principal: CurrentPrincipal, state: State
) -> KnowledgeBaseView:
    """Give it to a unit or the authority. A common one never becomes a person's own."""
    return _view(await state.knowledge_bases.move(principal, kb, wanted), principal)


@router.delete("/{kb}", status_code=204)
async def delete_knowledge_base(kb: UUID, principal: CurrentPrincipal, state: State) -> Response:
    await state.knowledge_bases.delete(principal, kb)
    return Response(status_code=204)


@router.get("/{kb}/grants")
async def list_grants(kb: UUID, principal: CurrentPrincipal, state: State) -> GrantListView:
    """Who may read or write it inside the own authority, beside its owner."""
    return await state.knowledge_bases.grants(principal, kb)


@router.put("/{kb}/grants")
async def replace_grants(kb: UUID, wanted: GrantList, principal: CurrentPrincipal, state: State) -> GrantListView:
    """Inside the own authority; to another one it is offered (`…/shares`), since both sides must agree."""
    return await state.knowledge_bases.replace_grants(principal, kb, wanted.items)


@router.post("/{kb}/imports", response_class=Response)
async def import_documents(kb: UUID, wanted: ImportWish, principal: CurrentPrincipal, state: State) -> Response:
    """Bring the shipped laws, or a version of one, into a tenant-wide knowledge base; NDJSON with the progress."""
    await state.access.load_knowledge_base(principal, kb, "manage")
    record = AuditRecord.of(principal, "knowledge_base.import", object_kind="knowledge_base", object_id=kb)
    await state.audit.record(record)
    return await state.documents.stream(
        principal,
        ("import", "documents.write"),
        "POST",
        f"/knowledge-bases/{kb}/imports",
        headers={"content-type": "application/x-ndjson"},
        body=wanted.model_dump(mode="json"),
        read_timeout=_IMPORT_SILENCE_S,
    )
