# SPDX-License-Identifier: EUPL-1.2
"""What every FastAPI application here has: problem+json for all failures, pure-ASGI request ids and limits."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from genius_common.errors import FieldError, InvalidInput, MethodNotAllowed, NotFound, PlatformError, TooLarge

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

PROBLEM = "application/problem+json"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
log = structlog.get_logger(__name__)


class ProblemResponse(Response):
    """A `PlatformError` as RFC 9457 body with its status."""

    media_type = PROBLEM

    def __init__(self, error: PlatformError, request_id: str | None = None) -> None:
        headers = {"cache-control": "no-store"}
        if error.retry_after is not None:
            headers["retry-after"] = str(error.retry_after)
        super().__init__(orjson.dumps(error.as_problem(request_id)), status_code=error.status, headers=headers)


def request_id(scope: Scope) -> str:
    return str(scope.get("state", {}).get("request_id", ""))


def install(app: FastAPI) -> None:
    """Render every failure of `app` as problem+json, also unknown paths and validation errors."""

    async def platform_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, PlatformError)
        if error.status >= 500:
            log.warning("request failed", code=error.code, status=error.status, request_id=request_id(request.scope))
        return ProblemResponse(error, request_id(request.scope))

    async def validation_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return ProblemResponse(InvalidInput(errors=field_errors(error.errors())), request_id(request.scope))

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        known = {404: NotFound(), 405: MethodNotAllowed(), 413: TooLarge()}
        found = known.get(error.status_code) or (InvalidInput() if error.status_code < 500 else PlatformError())
        return ProblemResponse(found, request_id(request.scope))

    async def unexpected(request: Request, error: Exception) -> Response:
        # A client that hung up is no fault of ours. Of others only type and place: messages of foreign libraries may
        # hold content (LOG-01).
        if not isinstance(error, ClientDisconnect):
            where, identifier = _where(error), request_id(request.scope)
            log.error("unexpected error", error=type(error).__name__, where=where, request_id=identifier)
        response = ProblemResponse(PlatformError(), request_id(request.scope))
        # Starlette answers this outside all middleware, so `RequestIdMiddleware` never sees it.
        if identifier := request_id(request.scope):
            response.headers["x-request-id"] = identifier
        return response

    app.add_exception_handler(PlatformError, platform_error)
    app.add_exception_handler(RequestValidationError, validation_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, unexpected)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


_TEXTS = {
    "missing": "Diese Angabe fehlt.",
    "extra_forbidden": "Dieses Feld gibt es nicht.",
    "string_too_short": "Der Text ist zu kurz.",
    "string_too_long": "Der Text ist zu lang.",
    "json_invalid": "Der Text ist kein gültiges JSON.",
    "no_day": "Das ist kein Tag. Bitte schreiben Sie ihn wie 2026-11-26.",
    "date_from_datetime_parsing": "Diesen Tag gibt es nicht.",
    "date_parsing": "Diesen Tag gibt es nicht.",
    "period_reversed": "Der Zeitraum endet, bevor er beginnt.",
}


def field_errors(errors: Any) -> list[FieldError]:
    """Pydantic's errors as JSON pointers with German texts; the input itself is never repeated."""
    found: list[FieldError] = []
    for error in errors:
        parts = [str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"]]
        if parts and parts[0] in {"body", "query", "path", "header"}:
            parts = parts[1:]
        if error["type"] == "json_invalid":
            parts = []  # pydantic gives the offset in the text, which is no place in a document
        text = _TEXTS.get(error["type"], "Der Wert ist hier nicht erlaubt.")
        found.append(FieldError("".join(f"/{part}" for part in parts), text))
    return found


class RequestIdMiddleware:
    """Give each request an id (a well-formed `X-Request-Id` is kept) and return it; for correlation only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        identifier = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16).encode()
        scope.setdefault("state", {})["request_id"] = identifier.decode()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [item for item in message.get("headers", []) if item[0] != b"x-request-id"]
                message["headers"] = [*headers, (b"x-request-id", identifier)]
            await send(message)

        await self._app(scope, receive, send_with_id)


class BodyLimitMiddleware:
    """Refuse bodies above `limit(path)` bytes: by Content-Length at once, chunked ones while they arrive."""

    def __init__(self, app: ASGIApp, limit: Callable[[str], int]) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        length = next((value for name, value in scope["headers"] if name == b"content-length"), None)
        if length is not None and (not length.isdigit() or int(length) > limit):
            await self._refuse(scope, receive, send, limit)
            return
        received = 0
        answered = refused = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    raise TooLarge(f"Die Eingabe ist zu groß: erlaubt sind {limit} Byte.")
            return message

        async def corrected(message: Message) -> None:
            # FastAPI turns what reading the body raises into a 400 of its own.
            nonlocal answered, refused
            if received > limit and not answered:
                answered = refused = True
                await self._refuse(scope, receive, send, limit)
            elif not refused:
                answered = True
                await send(message)

        await self._app(scope, counted, corrected)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        error = TooLarge(f"Die Eingabe ist zu groß: erlaubt sind {limit} Byte.")
        await ProblemResponse(error, request_id(scope))(scope, receive, send)
