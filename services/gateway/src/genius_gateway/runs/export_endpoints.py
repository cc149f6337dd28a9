# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/runs/{run}/export`: a result as DOCX or PDF/A, for whoever may read it and may take it along."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from starlette.responses import Response

from genius_common.principal import Principal, ProtectionClass
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.export import Format
from genius_gateway.export.exporter import MEDIA_TYPES
from genius_gateway.protection_classes.gate import require_may_leave
from genius_gateway.runs.assembly import RunSystem, System
from genius_gateway.runs.export import document_of
from genius_gateway.runs.routing import DatabaseRoute
from genius_gateway.scopes import row_scope
from genius_gateway.state import GatewayState

router = APIRouter(prefix="/api/v1", tags=["runs"], route_class=DatabaseRoute)
_NAME = text("SELECT name FROM authorities WHERE id = :id")
_MOST_CHARS = 1_000_000
_FILE = {"schema": {"type": "string", "format": "binary"}}
_ANSWER = {"content": dict.fromkeys(MEDIA_TYPES.values(), _FILE), "description": "the document, as a download"}


class ExportBody(BaseModel):
    """`text` is what a person made of the run's text; the document says that it was changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Format
    text: str | None = Field(default=None, min_length=1, max_length=_MOST_CHARS, pattern=r"\S")


@router.get("/runs/{run}/export", response_class=Response, responses={200: _ANSWER})
async def export_run(
    run: UUID,
    principal: CurrentPrincipal,
    system: System,
    state: State,
    format: Annotated[Format, Query(description="docx, or pdf (PDF/A-2a, PDF/UA-1)")] = "docx",  # noqa: A002 in the URL
) -> Response:
    """The result of an ended run as a document."""
    return await _export(run, principal, system, state, ExportBody(format=format))


@router.post("/runs/{run}/export", response_class=Response, responses={200: _ANSWER})
async def export_edited_run(
    run: UUID, body: ExportBody, principal: CurrentPrincipal, system: System, state: State
) -> Response:
    """The same of a text that a person has changed; nothing is stored."""
    return await _export(run, principal, system, state, body)


async def _export(
    run: UUID, principal: Principal, system: RunSystem, state: GatewayState, body: ExportBody
) -> Response:
    found = await system.runs.get(principal, run)
    require_may_leave(state.settings.protection.export_up_to, ProtectionClass(found.protection_class))
    given = await system.runs.given(principal, run)
    titles = {item.manifest.id: item.manifest.title.de for item in await system.catalogue.all()}
    async with state.database.transaction(row_scope(principal)) as connection:
        name = (await connection.execute(_NAME, {"id": principal.authority})).scalar_one_or_none()
    title = titles.get(found.module, found.module)
    document = await asyncio.to_thread(document_of, found, title, given, str(name or "Genius"), body.text)
    file = await state.exporter.file(document, body.format)
    record = AuditRecord.of(
        principal, "run.export", object_kind="run", object_id=run, format=body.format, edited=document.origin.edited
    )
    await state.audit.record(record)
    return Response(file.content, media_type=file.media_type, headers=file.headers)
