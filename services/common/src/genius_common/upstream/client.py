# SPDX-License-Identifier: EUPL-1.2
"""Keep-alive pool of connections to one upstream, and the exchange of one request."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from genius_common.errors import PlatformError
from genius_common.upstream.connection import Connection
from genius_common.upstream.errors import UpstreamCut, UpstreamUnreachable

CONNECT_SECONDS = 2.0
KEEP_ALIVE_SECONDS = 4.0
DRAIN_SECONDS = 1.0


class Exchange:
    """A request that was sent and its response. `close` must be called exactly once, in any outcome."""

    __slots__ = ("_client", "_connection", "_finished", "headers", "status")

    def __init__(self, client: UpstreamClient, connection: Connection) -> None:
        self._client = client
        self._connection = connection
        self._finished = False
        self.status = connection.status
        self.headers = connection.headers

    async def body(self) -> bytes:
        """The next bytes, `b""` at the clean end; raises `UpstreamCut` or `UpstreamTimeout`."""
        return await self._connection.body()

    async def read(self, limit: int) -> bytes:
        """The whole body; `UpstreamCut` above `limit` bytes."""
        parts: list[bytes] = []
        size = 0
        while data := await self._connection.body():
            size += len(data)
            if size > limit:
                raise UpstreamCut
            parts.append(data)
        return b"".join(parts)

    def watch(self, silence_s: float) -> None:
        self._connection.watch(silence_s)

    def finish(self) -> None:
        """Nothing more is wanted of the body: `close` then waits for the end of the message instead of cutting it."""
        self._finished = True

    def fail(self, error: PlatformError) -> None:
        """Cut the other side at once; who reads gets what has come, then `error`. Nothing where it is all there."""
        if not self._connection.complete:
            self._connection.fail(error)

    def close(self) -> None:
        """Return the connection to the pool if its response was read to the end, else cut it at once."""
        self._client.release(self._connection, finished=self._finished)


class UpstreamClient:
    """Client of one HTTP/1.1 server at `base_url` (`http` or `https`, a path prefix is kept).

    Idle connections are kept for four seconds, less than the usual five of the other side. A kept connection that
    turns out to be closed before a byte of the answer came is replaced once; completions have no side effects.
    """

    def __init__(self, base_url: str, *, headers: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("upstream URL must be http(s)://host[:port][/path]")
        self._host = parts.hostname
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._ssl = ssl.create_default_context() if parts.scheme == "https" else None
        self._prefix = parts.path.rstrip("/")
        lines = [f"host: {parts.netloc.rsplit('@', 1)[-1]}", "accept-encoding: identity"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if any(c in line for line in lines for c in "\r\n"):
            raise ValueError("line break in an upstream header")
        self._head = ("\r\n".join(lines) + "\r\n").encode("latin-1")
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._draining: set[Connection] = set()
        self._last_byte = 0.0

    @property
    def last_byte(self) -> float:
        """When the last byte came on any connection, by the loop's clock."""
        return max(self._last_byte, *(connection.last_byte for connection in self._busy), 0.0)

    @property
    def busy(self) -> int:
        """Exchanges in progress; 0 when nothing leaks."""
        return len(self._busy)

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: bytes = b"",
        silence_s: float,
        patience: Callable[[], float] | None = None,
    ) -> Exchange:
        """Send and wait for the response's head.

        `headers` are further header lines, each ended by CRLF, from trusted code only. Raises `UpstreamUnreachable`,
        `UpstreamCut` or `UpstreamTimeout` (nothing for `silence_s` seconds, and no more granted by `patience`). A
        cancelled call leaves nothing behind.
        """
        raw = b"%s %s%s HTTP/1.1\r\n%s%s" % (method.encode(), self._prefix.encode(), path.encode(), self._head, headers)
        if body:
            raw += b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
        else:
            raw += b"\r\n"
        while True:
            connection = self._take() or await self._connect()
            reused = connection.used > 0
            self._busy.add(connection)
            try:
                connection.send(raw, silence_s, patience)
                await connection.head()
            except UpstreamCut:
                self._drop(connection)
                if reused and not connection.received:
                    continue
                raise
            except BaseException:  # also a cancelled task: the connection must not stay open
                self._drop(connection)
                raise
            return Exchange(self, connection)

    def _take(self) -> Connection | None:
        oldest = asyncio.get_running_loop().time() - KEEP_ALIVE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and connection.idle_since > oldest:
                return connection
            connection.abort()
        return None

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                transport, connection = await loop.create_connection(
                    lambda: Connection(loop), self._host, self._port, ssl=self._ssl
                )
        except (OSError, TimeoutError) as error:
            raise UpstreamUnreachable(retry_after=5) from error
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _drop(self, connection: Connection) -> None:
        self._busy.discard(connection)
        connection.abort()

    def release(self, connection: Connection, *, finished: bool) -> None:
        """Keep or cut a connection whose exchange is over (called by `Exchange.close`)."""
        self._busy.discard(connection)
        self._last_byte = max(self._last_byte, connection.last_byte)
        if finished and not connection.complete:
            self._draining.add(connection)
            connection.drain(DRAIN_SECONDS, self._drained)
        else:
            self._keep(connection)

    def _drained(self, connection: Connection) -> None:
        self._draining.discard(connection)
        self._keep(connection)

    def _keep(self, connection: Connection) -> None:
        if connection.reusable and connection.complete:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)
        else:
            connection.abort()

    def close(self) -> None:
        """Cut every connection, also those in use."""
        for connection in (*self._idle, *self._busy, *self._draining):
            connection.abort()
        self._idle.clear()
        self._busy.clear()
