# SPDX-License-Identifier: EUPL-1.2
"""One connection of the scripted server: HTTP/1.1 by hand, since half of its work is to break the protocol."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
from dataclasses import dataclass

_NUMBERS = itertools.count(1)
MAX_HEAD = 64 * 1024
REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable"}


class ClientLeft(Exception):
    """The other side closed while we were answering."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Wire:
    """Reads requests and writes responses; notices at once when the client leaves."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = next(_NUMBERS)
        self._reader = reader
        self._writer = writer
        self._buffer = b""
        self._watch: asyncio.Task[bytes] | None = None
        sock = writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = sock

    async def request(self) -> Request | None:
        """The next request, None at the end of the connection."""
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > MAX_HEAD or not await self._more():
                return None
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        self._buffer = rest
        while len(self._buffer) < length:
            if not await self._more():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return Request(method, path, headers, body)

    async def _more(self) -> bool:
        if self._watch is not None:
            data, self._watch = await self._watch, None
        else:
            data = await self._read()
        self._buffer += data
        return bool(data)

    async def _read(self) -> bytes:
        try:
            return await self._reader.read(65_536)
        except ConnectionError:
            return b""

    async def pause(self, seconds: float | None) -> None:
        """Wait; raises `ClientLeft` the moment the client closes. None = until then."""
        if self._watch is None:
            self._watch = asyncio.create_task(self._read())
        await asyncio.wait({self._watch}, timeout=seconds)
        if self._watch.done() and self._watch.result() == b"":
            raise ClientLeft
        if seconds is None:  # a client that pipelines while we hang
            await asyncio.sleep(3600)

    async def head(self, status: int, media_type: str, *, length: int | None) -> None:
        """Write the head; a body without known length is chunked."""
        framing = f"content-length: {length}" if length is not None else "transfer-encoding: chunked"
        reason = REASONS.get(status, "Status")
        await self.raw(f"HTTP/1.1 {status} {reason}\r\ncontent-type: {media_type}\r\n{framing}\r\n\r\n".encode())

    async def raw(self, data: bytes, pieces: int | None = None) -> None:
        step = pieces or len(data) or 1
        try:
            for start in range(0, len(data), step):
                self._writer.write(data[start : start + step])
                await self._writer.drain()
                if pieces:
                    await asyncio.sleep(0)
        except ConnectionError as error:
            raise ClientLeft from error

    async def chunk(self, data: bytes, pieces: int | None = None) -> None:
        if pieces is None:
            await self.raw(b"%x\r\n%s\r\n" % (len(data), data))
            return
        for start in range(0, len(data), pieces):
            part = data[start : start + pieces]
            await self.raw(b"%x\r\n%s\r\n" % (len(part), part))
            await asyncio.sleep(0)

    async def end(self) -> None:
        await self.raw(b"0\r\n\r\n")

    def reset(self) -> None:
        """Close by RST."""
        if self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def half_close(self) -> None:
        """End our side and wait until the client ends its own."""
        self._writer.write_eof()
        await self.pause(None)

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._writer.close()
