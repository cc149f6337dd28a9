# SPDX-License-Identifier: EUPL-1.2
"""Routes of knowledge bases and their documents (docs/reference/internal-contracts.md, "Retrieval")."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response
from starlette.responses import StreamingResponse

from genius_common.contracts.laws import ImportWish
from genius_common.contracts.retrieval import DocumentPage, DocumentState
from genius_common.errors import PlatformError
from genius_common.principal import Principal, ProtectionClass
from genius_retrieval.http import App, Received, caller, path_id
from genius_retrieval.knowledge_bases.schemas import KnowledgeBaseCounts, KnowledgeBaseInput, UsesInput
from genius_retrieval.laws.versions import handed_in

router = APIRouter(prefix="/knowledge-bases/{kb}")
KnowledgeBaseId = Annotated[UUID, path_id("kb")]
AuthorityId = Annotated[UUID, path_id("authority")]
Manager = Annotated[Principal, caller("knowledge-bases.manage")]
Reader = Annotated[Principal, caller("documents.read")]
Writer = Annotated[Principal, caller("documents.write")]
Importer = Annotated[Principal, caller("import")]


@router.put("", status_code=204)
async def put(app: App, principal: Manager, kb: KnowledgeBaseId, body: KnowledgeBaseInput) -> None:
    await app.knowledge_bases.put(principal, kb, body.authority, body.protection_class, body.uses)


@router.put("/uses", status_code=204)
async def bind(app: App, principal: Manager, kb: KnowledgeBaseId, body: UsesInput) -> None:
    await app.knowledge_bases.bind(principal, kb, body.uses)


@router.get("")
async def counts(app: App, principal: Reader, kb: KnowledgeBaseId) -> KnowledgeBaseCounts:
    return await app.knowledge_bases.counts(principal, kb)


@router.delete("", status_code=204)
async def delete(app: App, principal: Manager, kb: KnowledgeBaseId) -> None:
    await app.knowledge_bases.delete(principal, kb)


@router.put("/shares/{authority}", status_code=204)
async def offer(app: App, principal: Manager, kb: KnowledgeBaseId, authority: AuthorityId) -> None:
    await app.shares.offer(principal, kb, authority)


@router.delete("/shares/{authority}", status_code=204)
async def end_share(app: App, principal: Manager, kb: KnowledgeBaseId, authority: AuthorityId) -> None:
    await app.shares.end(principal, kb, authority)


@router.post("/acceptance", status_code=204)
async def accept(app: App, principal: Manager, kb: KnowledgeBaseId) -> None:
    """For the authority of the caller."""
    await app.shares.accept(principal, kb)


@router.get("/documents")
async def list_documents(
    app: App,
    principal: Reader,
    kb: KnowledgeBaseId,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=100)] = None,
    superseded: bool = False,
) -> DocumentPage:
    return await app.documents.list_documents(principal, kb, limit, after, superseded=superseded)


@router.post("/documents", status_code=202)
async def add_document(
    app: App,
    principal: Writer,
    kb: KnowledgeBaseId,
    upload: Received,
    protection_class: ProtectionClass | None = None,
    replaces: UUID | None = None,
) -> DocumentState:
    return await app.documents.add_document(principal, kb, upload, protection_class, replaces)


@router.post("/imports", response_class=Response)
async def import_source(app: App, principal: Importer, kb: KnowledgeBaseId, body: ImportWish) -> Response:
    """Progress as one JSON object a line."""
    base = await app.laws.start(principal, kb)
    handed = handed_in(body.law) if body.law else None

    async def lines() -> AsyncIterator[bytes]:
        try:
            async for progress in app.laws.run(principal, base, handed):
                yield orjson.dumps(progress) + b"\n"
        except PlatformError as error:
            # The status is sent already: the fault is the last line.
            yield orjson.dumps(error.as_problem()) + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson", headers={"x-accel-buffering": "no"})
