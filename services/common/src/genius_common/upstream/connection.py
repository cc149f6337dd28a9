# SPDX-License-Identifier: EUPL-1.2
"""One HTTP/1.1 connection to an upstream: a Protocol around httptools, one exchange at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import httptools
from typing_extensions import override

from genius_common.errors import PlatformError
from genius_common.upstream.errors import UpstreamCut, UpstreamTimeout

HIGH_WATER_BYTES = 256 * 1024
MAX_HEAD_BYTES = 64 * 1024


class Connection(asyncio.Protocol):
    """Reads one response after another; `body()` hands out what came since the last call.

    Bytes wait here up to `HIGH_WATER_BYTES`, then reading stops until they are fetched, so that a slow client slows
    the upstream down instead of filling our memory. One lazy timer watches for silence: it costs nothing per chunk and
    mostly nothing per exchange, and does not count while the reader is the slow side.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._parser: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._waiter: asyncio.Future[None] | None = None
        self._drained: Callable[[Connection], None] | None = None
        self._failure: PlatformError | None = None
        self._pieces: list[bytes] = []
        self._size = 0
        self._paused = False
        self._closed = False
        self._silence_s = 0.0
        self._since = 0.0
        self._patience: Callable[[], float] | None = None
        self.last_byte = 0.0
        self.used = 0
        self.idle_since = 0.0
        self._reset()

    def _reset(self) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self._head_bytes = 0
        self.head_complete = False
        self.complete = False
        self.received = False

    # -- exchange -----------------------------------------------------------------------------------------------

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent: the last one ended cleanly and both sides keep the connection."""
        return not self._closed and self._failure is None and (self.complete or not self.used)

    def send(self, request: bytes, silence_s: float, patience: Callable[[], float] | None = None) -> None:
        """Write a whole request; from now on `silence_s` without a byte fails the exchange.

        Unless `patience`, asked at that moment, grants more seconds.
        """
        assert self._transport is not None
        self._reset()
        self._pieces.clear()
        self._size = 0
        self.used += 1
        self._parser = httptools.HttpResponseParser(self)
        self.watch(silence_s)
        self._patience = patience
        self._transport.write(request)

    def watch(self, silence_s: float) -> None:
        """Fail with `UpstreamTimeout` after `silence_s` seconds without data; counts anew from now."""
        self._silence_s = silence_s
        self._patience = None
        self._since = self._loop.time()
        self._look_at(self._since + silence_s)

    def _look_at(self, moment: float) -> None:
        """Look for silence at `moment`. A timer that is due earlier stays: it will look, and set itself anew."""
        if self._timer is not None:
            if self._timer_at <= moment:
                return
            self._timer.cancel()
        self._timer_at = moment
        self._timer = self._loop.call_at(moment, self._check_silence)

    async def head(self) -> None:
        """Wait for status and headers."""
        while not self.head_complete:
            await self._wait()

    async def body(self) -> bytes:
        """Return the next bytes of the body as they were read, `b""` at its clean end.

        Raises `UpstreamCut` where it ends early or is malformed, `UpstreamTimeout` after the watched silence.
        """
        while not self._pieces:
            if self.complete:
                return b""
            await self._wait()
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        if self._paused:
            self._paused = False
            self._since = self._loop.time()
            if self._transport is not None and not self._closed:
                self._transport.resume_reading()
        return data

    async def _wait(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def drain(self, silence_s: float, drained: Callable[[Connection], None]) -> None:
        """Drop the rest of the body and call `drained` at its end, or where it does not come in time."""
        self._drained = drained
        self._pieces.clear()
        self._size = 0
        self.watch(silence_s)
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def _over(self) -> None:
        drained, self._drained = self._drained, None
        if drained is not None:
            drained(self)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def abort(self) -> None:
        """Close at once, unsent and unread data are dropped; the other side sees it within milliseconds."""
        self._stop_timer()
        if self._transport is not None and not self._closed:
            self._transport.abort()
        self._closed = True

    def _check_silence(self) -> None:
        self._timer = None
        if self.complete or self._closed:
            return
        left = self._silence_s - (self._loop.time() - self._since)
        if self._pieces or self._paused:
            left = self._silence_s
        if left <= 0.002 and self._patience is not None:
            left = self._patience()
        if left > 0.002:
            self._look_at(self._loop.time() + left)
        else:
            self.fail(UpstreamTimeout())

    def fail(self, error: PlatformError) -> None:
        """The exchange ends with `error` after what has come already; the connection is closed at once."""
        if self._failure is None:
            self._failure = error
        self._wake()
        self.abort()
        self._over()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # -- asyncio.Protocol ---------------------------------------------------------------------------------------

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._since = self.last_byte = self._loop.time()
        self.received = True
        if self._parser is None or self.complete:
            self.fail(UpstreamCut())  # bytes that nobody asked for
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.fail(UpstreamCut())
            return
        if self._size > HIGH_WATER_BYTES and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()
        if self.complete:
            self._over()

    @override
    def eof_received(self) -> bool:
        return False

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True
        if exc is None and self.head_complete and not self.complete and self._until_close:
            self.complete = True
        if not self.complete and self._failure is None:
            self._failure = UpstreamCut()
        self._stop_timer()
        self._wake()
        self._over()

    @property
    def _until_close(self) -> bool:
        return b"content-length" not in self.headers and b"transfer-encoding" not in self.headers

    # -- httptools ----------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self.complete:
            raise ValueError("a second response to one request")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError("head too large")
        self.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers = {}
            return
        self.head_complete = True

    def on_body(self, data: bytes) -> None:
        if self._drained is not None:
            return
        self._pieces.append(data)
        self._size += len(data)

    def on_message_complete(self) -> None:
        if self.status < 200:
            return
        self.complete = True
        if not self._parser.should_keep_alive():
            self.abort()
