# SPDX-License-Identifier: EUPL-1.2
"""Raw ASGI routes that answer in OpenAI's envelope, dispatched before any framework."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping

import structlog

from genius_common.errors import MethodNotAllowed, PlatformError
from genius_common.upstream.envelope import send_error
from genius_common.upstream.relay import ClientGone
from genius_common.web import Message, Receive, Scope, Send

log = structlog.get_logger(__name__)
Handler = Callable[[Scope, Receive, Send], Awaitable[None]]
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")


def header(scope: Scope, name: bytes) -> bytes:
    """The first value of a request header (lower-case name), empty where it is absent."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


class RawRoutes:
    """Runs the handler of a path; every failure leaves as envelope and `on_error` counts it; no log line per call."""

    def __init__(
        self, routes: Mapping[str, tuple[str, Handler]], on_error: Callable[[PlatformError], None] | None = None
    ) -> None:
        self._routes = dict(routes)
        self._on_error = on_error

    def serves(self, path: str) -> bool:
        return path in self._routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, handler = self._routes[scope["path"]]
        _set_request_id(scope)
        started = _Started(send)
        try:
            if scope["method"] != method:
                raise MethodNotAllowed
            await handler(scope, receive, started)
        except ClientGone:
            return
        except PlatformError as error:
            await self._fail(scope, started, error)
        except Exception as error:  # noqa: BLE001
            # The last boundary: no text of a foreign error may get out or into the log (LOG-01).
            log.error("unexpected error", error=type(error).__name__, path=scope["path"])
            await self._fail(scope, started, PlatformError())

    async def _fail(self, scope: Scope, started: _Started, error: PlatformError) -> None:
        if self._on_error is not None:
            self._on_error(error)
        if started.sent:  # a relay ends its streams itself; the server closes what is left open
            log.warning("failure after the start of an answer", code=error.code)
            return
        await send_error(scope, started, error)


class _Started:
    """Remembers whether an answer has begun."""

    __slots__ = ("_send", "sent")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.sent = False

    async def __call__(self, message: Message) -> None:
        self.sent = True
        await self._send(message)


def _set_request_id(scope: Scope) -> None:
    """Keep the id that a middleware gave or a well-formed `X-Request-Id`, or make one; correlation only."""
    state = scope.setdefault("state", {})
    if "request_id" not in state:
        given = header(scope, b"x-request-id")
        state["request_id"] = given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
