# SPDX-License-Identifier: EUPL-1.2
"""A model server that lists its models well and answers every completion with bytes of the test's choice."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

import orjson

_MODELS = orjson.dumps({"object": "list", "data": [{"id": "echo", "object": "model", "owned_by": "raw"}]})


class RawUpstream:
    """`answer`: the bytes to send; `then`: what comes after them (`close`, `reset`, `half`, `hang`)."""

    def __init__(self) -> None:
        self.answer = b""
        self.then = "close"
        self.port = 0
        self.open = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((int(v) for k, v in _headers(head) if k == b"content-length"), 0)
            await reader.readexactly(length)
            if head.startswith(b"GET"):
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(_MODELS)
                )
                writer.write(_MODELS)
                await writer.drain()
                continue
            writer.write(self.answer)
            await writer.drain()
            if self.then == "half":
                writer.write_eof()
            if self.then in ("half", "hang"):
                await reader.read()  # until the other side gives up
            elif self.then == "reset":
                writer.transport.abort()
            return


def _headers(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        yield name.strip().lower(), value.strip()


@contextlib.contextmanager
def raw_upstream() -> Iterator[RawUpstream]:
    """It on a thread of its own."""
    upstream, loop = RawUpstream(), asyncio.new_event_loop()
    server = loop.run_until_complete(upstream.start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield upstream
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        server.close()
        loop.run_until_complete(asyncio.sleep(0))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
