# SPDX-License-Identifier: EUPL-1.2
"""A server on loopback that answers with exactly the given bytes, for what no honest server would send."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class RawServer:
    """`answer` is sent to each request, then the connection is closed; `hold_s` keeps it open before that."""

    answer: bytes | Callable[[int], bytes] = b""
    hold_s: float = 0.0
    beside: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    """Paths that are answered honestly and not counted among `requests`."""

    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def header(self, name: str, request: int = -1) -> str | None:
        found = re.search(rf"^{name}: *(.*?)\r$".encode(), self.requests[request], re.IGNORECASE | re.MULTILINE)
        return found[1].decode() if found else None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if other := self.beside.get(head.split(b" ", 2)[1].decode()):
                writer.write(other())
                await writer.drain()
                return
            self.requests.append(head + await reader.readexactly(int(length[1]) if length else 0))
            writer.write(self.answer(len(self.requests)) if callable(self.answer) else self.answer)
            await writer.drain()
            if self.hold_s:
                async with asyncio.timeout(self.hold_s):
                    await reader.read(1)
                    self.left.set()
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            writer.close()


def response(status: int, body: bytes, *headers: str, media_type: str = "application/json") -> bytes:
    """A complete HTTP/1.1 response."""
    lines = [
        f"HTTP/1.1 {status} X",
        f"content-type: {media_type}",
        f"content-length: {len(body)}",
        "connection: close",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@asynccontextmanager
async def raw_server(answer: bytes | Callable[[int], bytes], hold_s: float = 0.0) -> AsyncIterator[RawServer]:
    server = RawServer(answer, hold_s)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
