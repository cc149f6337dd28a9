# SPDX-License-Identifier: EUPL-1.2
"""OpenAI's error envelope for a `PlatformError`, as a response and as a last event of a stream."""

from __future__ import annotations

from typing import Any

import orjson

from genius_common.errors import PlatformError
from genius_common.web import Scope, Send, request_id

_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


def envelope(error: PlatformError) -> dict[str, Any]:
    """`{"error": {"message", "type", "param", "code"}}`; `param` in OpenAI's notation, e.g. `messages[0].role`."""
    kind = _TYPES.get(error.status) or ("server_error" if error.status >= 500 else "invalid_request_error")
    param = _param(error.errors[0].pointer) if error.errors else None
    message = error.detail
    if error.errors:
        message = f"{param}: {error.errors[0].detail}" if param else error.errors[0].detail
    return {"error": {"message": message, "type": kind, "param": param, "code": error.code}}


def _param(pointer: str) -> str | None:
    """A JSON pointer as path: `/messages/0/role` becomes `messages[0].role`."""
    path = ""
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if part.isdigit():
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path or None


def error_event(error: PlatformError) -> bytes:
    """The one event that ends a stream which can't be completed; no `[DONE]` follows."""
    return b"data: %s\n\n" % orjson.dumps(envelope(error))


async def send_error(scope: Scope, send: Send, error: PlatformError) -> None:
    """Answer with the envelope; to be used before anything else was sent."""
    headers = []
    if error.retry_after is not None:
        headers.append((b"retry-after", str(error.retry_after).encode()))
    await send_json(scope, send, orjson.dumps(envelope(error)), status=error.status, headers=headers)


async def send_json(
    scope: Scope, send: Send, body: bytes, *, status: int = 200, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """One JSON response in two messages."""
    head = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *(headers or []),
    ]
    if identifier := request_id(scope):
        head.append((b"x-request-id", identifier.encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
