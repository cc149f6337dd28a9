# SPDX-License-Identifier: EUPL-1.2
"""Answers of the layers around the routes: OpenAI's envelope below `/v1`, problem+json everywhere else."""

from __future__ import annotations

from genius_common.errors import NotAuthenticated, PlatformError
from genius_common.upstream.envelope import send_error
from genius_common.web import Message, ProblemResponse, Receive, Scope, Send, request_id

_CHALLENGE = (b"www-authenticate", b'Bearer realm="genius"')


async def refuse(error: PlatformError, scope: Scope, receive: Receive, send: Send) -> None:
    """Send `error` in the form that the callers of `scope`'s path understand; a 401 says which credentials count."""

    async def challenging(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], _CHALLENGE]
        await send(message)

    answer = challenging if isinstance(error, NotAuthenticated) else send
    if speaks_openai(scope["path"]):
        await send_error(scope, answer, error)
    else:
        await ProblemResponse(error, request_id(scope))(scope, receive, answer)


def speaks_openai(path: str) -> bool:
    return path == "/v1" or path.startswith("/v1/")
