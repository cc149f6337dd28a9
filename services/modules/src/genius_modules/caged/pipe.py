# SPDX-License-Identifier: EUPL-1.2
"""The child's side of the pipe: lines out, and answers to its calls, in the shape of an HTTP session."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson

LINE_BYTES = 16 * 1024 * 1024


class Pipe:
    """Writes to stdout; `open` begins to read the answers from stdin."""

    def __init__(self) -> None:
        self._calls: dict[int, asyncio.Queue[dict[str, Any]]] = {}
        self._next = 0
        self._reading: asyncio.Task[None] | None = None

    def send(self, message: dict[str, Any]) -> None:
        sys.stdout.buffer.write(orjson.dumps(message) + b"\n")
        sys.stdout.buffer.flush()

    async def open(self) -> None:
        reader = asyncio.StreamReader(limit=LINE_BYTES)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
        self._reading = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            message = orjson.loads(line)
            if (call := self._calls.get(message["id"])) is not None:
                call.put_nowait(message)

    @asynccontextmanager
    async def call(self, message: dict[str, Any]) -> AsyncIterator[asyncio.Queue[dict[str, Any]]]:
        """Ask for something; the queue gets a head, pieces, and an end."""
        number, self._next = self._next, self._next + 1
        answers = self._calls[number] = asyncio.Queue()
        self.send({"kind": "call", "id": number, **message})
        try:
            yield answers
        finally:
            del self._calls[number]
            self.send({"kind": "left", "id": number})


class PipeSession:
    """What `ServiceClient` needs of a session. URLs are `inference:/…` and `retrieval:/…`; there is nothing else."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    @asynccontextmanager
    async def request(
        self, method: str, url: str, *, data: bytes | None = None, params: Mapping[str, str] | None = None, **_: Any
    ) -> AsyncIterator[PipeResponse]:
        service, _colon, path = url.partition(":")
        body = data.decode() if data is not None else None
        message = {"service": service, "method": method, "path": path, "params": dict(params or {}), "body": body}
        async with self._pipe.call(message) as answers:
            head = await answers.get()
            if "status" not in head:
                raise aiohttp.ConnectionTimeoutError(head.get("fault", "cut"))
            yield PipeResponse(head["status"], head["headers"], answers)


class PipeResponse:
    """Status, headers and body of an answer, read like aiohttp's."""

    def __init__(self, status: int, headers: dict[str, str], answers: asyncio.Queue[dict[str, Any]]) -> None:
        self.status = status
        self.headers = headers
        self._answers = answers

    @property
    def content(self) -> PipeResponse:
        return self

    async def iter_any(self) -> AsyncIterator[bytes]:
        while "end" not in (message := await self._answers.get()):
            if "data" not in message:
                raise aiohttp.ClientPayloadError
            yield message["data"].encode("latin-1")

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self.iter_any()])
