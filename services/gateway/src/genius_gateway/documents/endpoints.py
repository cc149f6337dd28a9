# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/documents` and `/api/v1/files`: access is decided here, retrieval checks it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import text
from starlette.responses import Response

from genius_common.contracts.retrieval import NOT_THERE_TO_REPLACE, DocumentPage, DocumentState, PageText
from genius_common.errors import FieldError, Forbidden, NotFound
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.documents.upload import FileUpload
from genius_gateway.protection_classes.gate import LEAST, Used, parse_class, require_clearance, require_may_leave
from genius_gateway.retention.holds import require_free
from genius_gateway.retrieval_log.current import current, note
from genius_gateway.retrieval_log.errors import ForeignContentOff
from genius_gateway.scopes import row_scope
from genius_gateway.state import GatewayState

router = APIRouter(prefix="/api/v1")
PageNumber = Annotated[str, Path(pattern=r"^[^/]{1,20}$")]
Highlight = Annotated[str | None, Query(pattern=r"^\d{1,9}-\d{1,9}(,\d{1,9}-\d{1,9}){0,49}$")]
Position = Annotated[int | None, Query(ge=0, le=2**31)]
_CLASS = "/protection_class"
_READ = ("documents.read",)
WRITE = ("documents.write",)
_FILES_READ = ("files.read",)
_FILES_WRITE = ("files.write",)
_OUT_OF_CASES = text("DELETE FROM case_files WHERE file = :file")
# A document of strangers is shown by nothing but its own viewer: no script, no sniffing, no other origin.
_FOREIGN_CONTENT = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}


# --- knowledge bases' documents


@router.get("/knowledge-bases/{kb}/documents", tags=["documents"])
async def list_documents(
    kb: UUID,
    principal: CurrentPrincipal,
    state: State,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    after: Annotated[str | None, Query(max_length=200)] = None,
    superseded: Annotated[bool, Query(description="those that no longer hold too")] = False,
) -> DocumentPage:
    base = await state.access.load_knowledge_base(principal, kb, "read")
    params = {"limit": str(limit), "superseded": str(superseded).lower()} | ({"after": after} if after else {})
    found = DocumentPage.model_validate(
        await state.documents.json(principal, _READ, "GET", f"/knowledge-bases/{kb}/documents", params=params)
    )
    note(base.protection_class, hits=len(found.items))
    return found


@router.post("/knowledge-bases/{kb}/documents", tags=["documents"], status_code=202)
async def upload_document(
    kb: UUID,
    request: Request,
    principal: CurrentPrincipal,
    state: State,
    protection_class: str | None = None,
    replaces: str | None = None,
) -> DocumentState:
    """Body: multipart/form-data with one `file`. It carries the knowledge base's class; a higher one is refused.

    Once it is ready it supersedes the earlier document of the same name, and the document `replaces`: neither is found
    any longer. Old citations still open what they cite, with `superseded_by` in its state (DSG-08).
    """
    stated = {} if protection_class is None else {"protection_class": parse_class(protection_class, _CLASS).value}
    base = await state.access.load_knowledge_base(principal, kb, "write")
    if base.authority is None and state.settings.tax_secrecy:
        raise ForeignContentOff
    if replaces is not None:
        stated["replaces"] = str(_replaced(replaces))
    upload = await FileUpload(request, state.settings.limits.upload_bytes).open()
    await _record(state, principal, "document.upload", "knowledge_base", kb)
    path = f"/knowledge-bases/{kb}/documents"
    return DocumentState.model_validate(await state.documents.upload(principal, WRITE, path, upload, params=stated))


def _replaced(value: str) -> UUID:
    """An id that can't be one is like one that nobody has."""
    try:
        return UUID(value)
    except ValueError:
        raise NotFound(NOT_THERE_TO_REPLACE, errors=[FieldError("/replaces", NOT_THERE_TO_REPLACE)]) from None


# --- one document


@router.get("/documents/{document}", tags=["documents"])
async def read_document(document: UUID, principal: CurrentPrincipal, state: State) -> DocumentState:
    return await _state_of(state, principal, _READ, f"/documents/{document}")


async def change(document: UUID, principal: Principal, state: GatewayState, action: str) -> None:
    """Before the document is changed: the caller may, and it is recorded. Raises: NotFound, Forbidden."""
    found = await read_document(document, principal, state)
    if found.knowledge_base is None:
        raise NotFound
    await state.access.load_knowledge_base(principal, found.knowledge_base, "write")
    await _record(state, principal, action, "document", document)


@router.delete("/documents/{document}", tags=["documents"], status_code=204)
async def delete_document(document: UUID, principal: CurrentPrincipal, state: State) -> Response:
    await change(document, principal, state, "document.delete")
    await state.documents.json(principal, WRITE, "DELETE", f"/documents/{document}")
    return Response(status_code=204)


@router.post("/documents/{document}/retry", tags=["documents"], status_code=202)
async def retry_document(document: UUID, principal: CurrentPrincipal, state: State) -> DocumentState:
    """Read a failed document (`retryable`) once more, with what the platform can read by now."""
    await change(document, principal, state, "document.retry")
    return DocumentState.model_validate(
        await state.documents.json(principal, WRITE, "POST", f"/documents/{document}/retry")
    )


@router.get("/documents/{document}/content", tags=["documents"], response_class=Response)
async def document_content(document: UUID, principal: CurrentPrincipal, state: State) -> Response:
    found = await read_document(document, principal, state)
    require_may_leave(state.settings.protection.export_up_to, found.protection_class)
    return await _content(state, principal, _READ, f"/documents/{document}", found.name)


@router.get("/documents/{document}/text", tags=["documents"])
async def document_text(
    document: UUID,
    principal: CurrentPrincipal,
    state: State,
    char_from: Position = None,
    char_to: Position = None,
    part_at: Position = None,
) -> dict[str, Any]:
    """A span of the text, or the part that holds the position `part_at`; with the blocks that it is made of."""
    return await _text(state, principal, _READ, f"/documents/{document}", _span(char_from, char_to, part_at))


@router.get("/documents/{document}/pages/{n}", tags=["documents"], response_class=Response)
async def document_page(
    document: UUID, n: PageNumber, principal: CurrentPrincipal, state: State, highlight: Highlight = None
) -> Response:
    return await _page(state, principal, _READ, f"/documents/{document}", n, highlight)


@router.get("/documents/{document}/pages/{n}/text", tags=["documents"])
async def document_page_text(document: UUID, n: PageNumber, principal: CurrentPrincipal, state: State) -> PageText:
    return await _page_text(state, principal, _READ, f"/documents/{document}", n)


# --- files, outside of knowledge bases


@router.post("/files", tags=["files"], status_code=202)
async def upload_file(
    request: Request, principal: CurrentPrincipal, state: State, protection_class: str = LEAST.value
) -> DocumentState:
    """Body: multipart/form-data with one `file`; it belongs to the caller alone.

    `protection_class` is what the uploader says; a higher one under which the same content is known here goes on.
    """
    require_clearance(principal, [Used(_CLASS, parse_class(protection_class, _CLASS))])
    upload = await FileUpload(request, state.settings.limits.upload_bytes).open()
    await _record(state, principal, "file.upload", None, None)
    params = {"protection_class": protection_class}
    return DocumentState.model_validate(
        await state.documents.upload(principal, _FILES_WRITE, "/files", upload, params=params)
    )


@router.get("/files/{file}", tags=["files"])
async def read_file(file: UUID, principal: CurrentPrincipal, state: State) -> DocumentState:
    reader = await state.access.file_reader(principal, file)
    return await _state_of(state, reader, _FILES_READ, f"/files/{file}")


async def _require_owner(file: UUID, principal: Principal, state: GatewayState, deed: str) -> None:
    """Raises: NotFound, Forbidden; who reads a colleague's file in a case may not change it."""
    await read_file(file, principal, state)
    if (await state.access.file_reader(principal, file)).subject != principal.subject:
        raise Forbidden(f"Diese Datei gehört einer anderen Person; {deed} kann sie nur diese.")


@router.post("/files/{file}/retry", tags=["files"], status_code=202)
async def retry_file(file: UUID, principal: CurrentPrincipal, state: State) -> DocumentState:
    """Read a failed file (`retryable`) once more, with what the platform can read by now."""
    await _require_owner(file, principal, state, "noch einmal lesen lassen")
    await _record(state, principal, "file.retry", "file", file)
    return DocumentState.model_validate(
        await state.documents.json(principal, _FILES_WRITE, "POST", f"/files/{file}/retry")
    )


@router.delete("/files/{file}", tags=["files"], status_code=204)
async def delete_file(file: UUID, principal: CurrentPrincipal, state: State) -> Response:
    """Also while it is still being read: the reading ends, and nothing of it stays."""
    await _require_owner(file, principal, state, "löschen")
    async with state.database.transaction(row_scope(principal)) as connection:
        # Which case a file belongs to is in sealed inputs: a hold on any of the owner's cases keeps all files.
        await require_free(connection, principal.subject, None)
        await connection.execute(_OUT_OF_CASES, {"file": file})
        await _record(state, principal, "file.delete", "file", file)
        await state.documents.json(principal, _FILES_WRITE, "DELETE", f"/files/{file}")
    return Response(status_code=204)


@router.get("/files/{file}/content", tags=["files"], response_class=Response)
async def file_content(file: UUID, principal: CurrentPrincipal, state: State) -> Response:
    found = await read_file(file, principal, state)
    require_may_leave(state.settings.protection.export_up_to, found.protection_class)
    reader = await _opening(state, principal, file)
    return await _content(state, reader, _FILES_READ, f"/files/{file}", found.name)


@router.get("/files/{file}/text", tags=["files"])
async def file_text(
    file: UUID,
    principal: CurrentPrincipal,
    state: State,
    char_from: Position = None,
    char_to: Position = None,
    part_at: Position = None,
) -> dict[str, Any]:
    """A span of the text, or the part that holds the position `part_at`; with the blocks that it is made of."""
    reader = await _opening(state, principal, file)
    return await _text(state, reader, _FILES_READ, f"/files/{file}", _span(char_from, char_to, part_at))


@router.get("/files/{file}/pages/{n}", tags=["files"], response_class=Response)
async def file_page(
    file: UUID, n: PageNumber, principal: CurrentPrincipal, state: State, highlight: Highlight = None
) -> Response:
    reader = await _opening(state, principal, file)
    return await _page(state, reader, _FILES_READ, f"/files/{file}", n, highlight)


@router.get("/files/{file}/pages/{n}/text", tags=["files"])
async def file_page_text(file: UUID, n: PageNumber, principal: CurrentPrincipal, state: State) -> PageText:
    reader = await _opening(state, principal, file)
    return await _page_text(state, reader, _FILES_READ, f"/files/{file}", n)


# --- shared


async def _opening(state: GatewayState, principal: Principal, file: UUID) -> Principal:
    """In whose name a file is opened; recorded where it is a colleague's, in a case that the caller may read."""
    reader = await state.access.file_reader(principal, file)
    if reader.subject != principal.subject:
        await _record(state, principal, "case.file_read", "file", file)
    return reader


async def _state_of(state: GatewayState, principal: Principal, scopes: Iterable[str], path: str) -> DocumentState:
    found = DocumentState.model_validate(await state.documents.json(principal, scopes, "GET", path))
    if not principal.classification.covers(found.protection_class):
        raise NotFound
    note(found.protection_class)
    return found


async def _note_class(state: GatewayState, principal: Principal, scopes: Iterable[str], base: str) -> None:
    """Before a part is opened: the class of the whole is judged here too, and stated by the log of retrievals.

    Documents are judged by their knowledge base, which the token names; files have nothing but their own class.
    """
    if current() is not None or base.startswith("/files/"):
        await _state_of(state, principal, scopes, base)


async def _content(state: GatewayState, principal: Principal, scopes: Iterable[str], base: str, name: str) -> Response:
    """The original as a download; never rendered in our origin."""
    headers = {
        **_FOREIGN_CONTENT,
        "content-type": "application/octet-stream",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
    }
    return await state.documents.stream(principal, scopes, "GET", f"{base}/content", headers=headers)


async def _page(
    state: GatewayState, principal: Principal, scopes: Iterable[str], base: str, n: str, highlight: str | None
) -> Response:
    params = {"highlight": highlight} if highlight else None
    headers = {**_FOREIGN_CONTENT, "content-type": "image/png"}
    path = f"{base}/pages/{_number(n)}"
    await _note_class(state, principal, scopes, base)
    return await state.documents.stream(principal, scopes, "GET", path, headers=headers, params=params)


def _span(char_from: int | None, char_to: int | None, part_at: int | None) -> dict[str, str]:
    wanted = {"char_from": char_from, "char_to": char_to, "part_at": part_at}
    return {name: str(value) for name, value in wanted.items() if value is not None}


async def _text(
    state: GatewayState, principal: Principal, scopes: Iterable[str], base: str, params: dict[str, str]
) -> dict[str, Any]:
    await _note_class(state, principal, scopes, base)
    found: dict[str, Any] = await state.documents.json(principal, scopes, "GET", f"{base}/text", params=params)
    return found


async def _page_text(state: GatewayState, principal: Principal, scopes: Iterable[str], base: str, n: str) -> PageText:
    path = f"{base}/pages/{_number(n)}/text"
    await _note_class(state, principal, scopes, base)
    return PageText.model_validate(await state.documents.json(principal, scopes, "GET", path))


def _number(n: str) -> int:
    """A page's number in the path; anything else is a page that is not there."""
    if not (n.isascii() and n.isdigit() and len(n) <= 6):
        raise NotFound
    return int(n)


async def _record(
    state: GatewayState, principal: Principal, action: str, kind: str | None, identifier: UUID | None
) -> None:
    """Durable before the effect in retrieval: no effect without a record."""
    await state.audit.record(AuditRecord.of(principal, action, object_kind=kind, object_id=identifier))
