# SPDX-License-Identifier: EUPL-1.2
"""What endpoints share: the components of the application, the caller with a scope, ids and bodies from outside."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request

from genius_common.principal import Principal
from genius_retrieval.access import parse_id
from genius_retrieval.components import Components
from genius_retrieval.documents.service import Upload


def components(request: Request) -> Components:
    found = request.state.components
    assert isinstance(found, Components)
    return found


App = Annotated[Components, Depends(components)]


def caller(scope: str) -> Any:
    """The verified principal of the request, who must carry `scope`."""

    async def verified(request: Request, app: App) -> Principal:
        principal = await app.authenticator.principal(request.headers.get("authorization"))
        principal.require_scope(scope)
        return principal

    return Depends(verified)


def path_id(name: str) -> Any:
    """The id `name` of the path; a malformed one is 404 like an unknown one."""

    def parsed(request: Request) -> UUID:
        return parse_id(request.path_params[name])

    return Depends(parsed)


async def received(request: Request, app: App, name: Annotated[str, Query(max_length=4000)] = "") -> Upload:
    """The body of an upload: kept up to the limit, beyond it only counted and hashed.

    A body far beyond the limit never gets here, see `app.body_limit`.
    """
    limit = app.settings.limits.file_bytes
    digest = hashlib.sha256()
    content = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        digest.update(chunk)
        if size <= limit:
            content += chunk
        else:
            content.clear()
    return Upload(name, bytes(content) if size <= limit else None, size, digest.hexdigest())


Received = Annotated[Upload, Depends(received)]
Check = Callable[[], Awaitable[str]]
