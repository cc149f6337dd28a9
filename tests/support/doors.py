# SPDX-License-Identifier: EUPL-1.2
"""Every door of a platform that takes a bearer token, and a line to knock at it with exactly the bytes of a header."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import uuid4

import httpx

# door → (method, path, body)
DOORS = {
    "gateway": ("GET", "/api/v1/me", b""),
    "gateway openai": ("POST", "/v1/chat/completions", b"{}"),
    "gateway internal": ("POST", f"/internal/runs/{uuid4()}/token", b""),
    "inference": ("POST", "/v1/chat/completions", b"{}"),
    "retrieval": ("POST", "/search", b'{"query":"x"}'),
    "modules": ("GET", "/manifests", b""),
}


class Line:
    """A connection that sends an `Authorization` header as it is given, opened again where the server closed it."""

    def __init__(self, url: str) -> None:
        self._url = httpx.URL(url)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def status(self, method: str, path: str, body: bytes, token: str) -> int:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._url.netloc.decode()}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        request = head.encode() + body
        for _ in range(2):
            if self._streams is None:
                self._streams = await asyncio.open_connection(self._url.host, self._url.port, limit=1 << 20)
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                return await self._ask(request)
            self.close()
        raise AssertionError("the connection was closed without an answer")

    async def _ask(self, request: bytes) -> int:
        assert self._streams is not None
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"content-length:" in head:
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        if b"content-length:" not in head or b"connection: close" in head:
            self.close()
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
