# SPDX-License-Identifier: EUPL-1.2
"""Routes of single documents and of files; both kinds have the same parts, under their own scopes."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from genius_common.contracts.layout import DocumentLayout
from genius_common.contracts.retrieval import DocumentPage, DocumentState, DocumentText, PageText
from genius_common.errors import FieldError, InvalidInput, NotFound
from genius_common.names import attachment
from genius_common.principal import Principal, ProtectionClass
from genius_retrieval.documents.content import Wanted
from genius_retrieval.http import App, Received, caller, path_id

_HIGHLIGHT = re.compile(r"(\d{1,9})-(\d{1,9})")
_MAX_HIGHLIGHTS = 50
# What is opened was written by others: never rendered as a page of ours, never kept by a cache.
_CONTENT_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}

Position = Annotated[int | None, Query(ge=0)]
DocumentId = Annotated[UUID, path_id("document")]


def _wanted(
    char_from: Position = None,
    char_to: Position = None,
    part_at: Annotated[Position, Query(description="instead of a span: the part that holds this position")] = None,
) -> Wanted:
    if part_at is not None and (char_from is not None or char_to is not None):
        raise InvalidInput(errors=[FieldError("/part_at", "Erlaubt ist eine Stelle oder ein Abschnitt, nicht beides.")])
    return Wanted(char_from or 0, char_to, part_at)


def build_router(prefix: str, kind: str, read: str, write: str) -> APIRouter:
    """The routes below `prefix` for one `kind` of row, with the scopes for reading and writing."""
    router = APIRouter(prefix=prefix)
    _add_rows(router, kind, caller(read), caller(write))
    _add_contents(router, kind, caller(read))
    return router


def _add_rows(router: APIRouter, kind: str, reader: Any, writer: Any) -> None:
    @router.get("/{document}")
    async def state(app: App, principal: Annotated[Principal, reader], document: DocumentId) -> DocumentState:
        return await app.documents.state(principal, document, kind)

    @router.delete("/{document}", status_code=204)
    async def delete(app: App, principal: Annotated[Principal, writer], document: DocumentId) -> None:
        await app.documents.delete(principal, document, kind)

    @router.post("/{document}/retry", status_code=202)
    async def retry(app: App, principal: Annotated[Principal, writer], document: DocumentId) -> DocumentState:
        return await app.documents.retry(principal, document, kind)


def _add_contents(router: APIRouter, kind: str, reader: Any) -> None:
    @router.get("/{document}/content", response_class=Response)
    async def content(app: App, principal: Annotated[Principal, reader], document: DocumentId) -> Response:
        original = await app.content.original(principal, document, kind)
        headers = {**_CONTENT_HEADERS, "content-disposition": attachment(original.name)}
        return Response(original.content, media_type=original.media_type, headers=headers)

    @router.get("/{document}/text")
    async def text(
        app: App,
        principal: Annotated[Principal, reader],
        document: DocumentId,
        wanted: Annotated[Wanted, Depends(_wanted)],
    ) -> DocumentText:
        return await app.content.text(principal, document, kind, wanted)

    @router.get("/{document}/layout")
    async def layout(app: App, principal: Annotated[Principal, reader], document: DocumentId) -> DocumentLayout:
        return await app.content.layout(principal, document, kind)

    @router.get("/{document}/pages/{number}", response_class=Response)
    async def picture(
        app: App,
        principal: Annotated[Principal, reader],
        document: DocumentId,
        number: str,
        highlight: Annotated[str, Query(max_length=2000)] = "",
    ) -> Response:
        png = await app.content.page_picture(principal, document, kind, _number(number), _spans(highlight))
        return Response(png, media_type="image/png", headers=_CONTENT_HEADERS)

    @router.get("/{document}/pages/{number}/text")
    async def page_text(
        app: App, principal: Annotated[Principal, reader], document: DocumentId, number: str
    ) -> PageText:
        return await app.content.page_text(principal, document, kind, _number(number))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise NotFound
    return int(text)


def _spans(text: str) -> list[tuple[int, int]]:
    """`from-to[,from-to…]` as pairs."""
    parts = text.split(",") if text else []
    found = [_HIGHLIGHT.fullmatch(part) for part in parts]
    spans = [(int(match[1]), int(match[2])) for match in found if match]
    if len(spans) != len(parts) or len(parts) > _MAX_HIGHLIGHTS or any(start > end for start, end in spans):
        raise InvalidInput(errors=[FieldError("/highlight", "Erlaubt ist „von-bis“, mehrere durch Komma getrennt.")])
    return spans


documents = build_router("/documents", "document", "documents.read", "documents.write")
files = build_router("/files", "file", "files.read", "files.write")


@documents.put("/{document}/quarantine")
async def lock(
    app: App, principal: Annotated[Principal, caller("documents.write")], document: DocumentId
) -> DocumentState:
    return await app.documents.quarantine(principal, document, locked=True)


@documents.delete("/{document}/quarantine")
async def unlock(
    app: App, principal: Annotated[Principal, caller("documents.write")], document: DocumentId
) -> DocumentState:
    return await app.documents.quarantine(principal, document, locked=False)


@files.get("")
async def list_files(
    app: App,
    principal: Annotated[Principal, caller("files.read")],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> DocumentPage:
    return await app.documents.list_files(principal, limit, after)


@files.post("", status_code=202)
async def add_file(
    app: App,
    principal: Annotated[Principal, caller("files.write")],
    upload: Received,
    protection_class: ProtectionClass = ProtectionClass.INTERN,
) -> DocumentState:
    return await app.documents.add_file(principal, upload, protection_class)
