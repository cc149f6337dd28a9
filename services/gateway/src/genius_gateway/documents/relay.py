# SPDX-License-Identifier: EUPL-1.2
"""Calls to retrieval for a principal, and its answers passed on while they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import aiohttp
from starlette.responses import Response
from typing_extensions import override

from genius_common.errors import UpstreamFailed
from genius_common.http import RelayedError, ServiceClient
from genius_common.principal import Principal
from genius_common.uses import PurposeNotAllowed
from genius_common.web import Receive, Scope, Send
from genius_gateway.documents.upload import FileUpload
from genius_gateway.knowledge_bases.service import KnowledgeBaseService

_CHUNK = 64 * 1024
# A page picture may have to be made first; silence beyond this is a fault.
_SILENCE_S = 120.0
_Opened = Callable[[], AbstractAsyncContextManager[aiohttp.ClientResponse]]


class RetrievalRelay:
    """Every call carries a fresh token with what the principal may read and write now."""

    def __init__(self, retrieval: ServiceClient, knowledge_bases: KnowledgeBaseService) -> None:
        self._retrieval = retrieval
        self._knowledge_bases = knowledge_bases

    async def json(self, principal: Principal, scopes: Iterable[str], method: str, path: str, **options: Any) -> Any:
        token = await self._knowledge_bases.retrieval_token(principal, scopes)
        with _own_faults():
            return await self._retrieval.json(method, path, token=token, **options)

    async def upload(
        self,
        principal: Principal,
        scopes: Iterable[str],
        path: str,
        upload: FileUpload,
        *,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """Stream the file on; a fault of the upload itself is raised as such, not as one of retrieval."""
        try:
            return await self.json(
                principal,
                scopes,
                "POST",
                path,
                params={"name": upload.name, **(params or {})},
                data=aiter(upload),
                headers={"content-type": "application/octet-stream"},
            )
        except UpstreamFailed:
            if upload.failure is not None:
                raise upload.failure from None
            raise

    async def stream(
        self,
        principal: Principal,
        scopes: Iterable[str],
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> RelayResponse:
        """A response that opens the call when it is sent, so that a refusal still becomes a problem."""
        token = await self._knowledge_bases.retrieval_token(principal, scopes)

        @asynccontextmanager
        async def opened() -> AsyncIterator[aiohttp.ClientResponse]:
            options.setdefault("read_timeout", _SILENCE_S)
            with _own_faults():
                async with self._retrieval.stream(method, path, token=token, **options) as response:
                    yield response

        return RelayResponse(opened, headers or {})


class RelayResponse(Response):
    """Passes on body and type of an answer; everything else of its headers stays inside."""

    def __init__(self, opened: _Opened, headers: Mapping[str, str]) -> None:
        super().__init__(headers=dict(headers))
        self._opened = opened
        self._own_type = "content-type" in self.headers

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._opened() as upstream:
            del self.headers["content-length"]
            if not self._own_type:
                self.headers["content-type"] = upstream.headers.get("content-type", "application/octet-stream")
            if (length := upstream.headers.get("content-length")) is not None:
                self.headers["content-length"] = length
            await send({"type": "http.response.start", "status": upstream.status, "headers": self.raw_headers})
            async for chunk in upstream.content.iter_chunked(_CHUNK):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


@contextmanager
def _own_faults() -> Iterator[None]:
    """401 and 403 of retrieval are faults between services, never the user's; but for a purpose (DSG-06)."""
    try:
        yield
    except RelayedError as error:
        if error.status in {401, 403} and error.code != PurposeNotAllowed.code:
            raise UpstreamFailed from error
        raise
