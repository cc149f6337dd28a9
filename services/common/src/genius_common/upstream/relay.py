# SPDX-License-Identifier: EUPL-1.2
"""Carries one exchange to an ASGI client: whole answers and event streams, honest about every cut."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

import orjson

from genius_common.errors import InvalidInput, PlatformError, TooLarge
from genius_common.upstream.client import Exchange
from genius_common.upstream.envelope import error_event, send_json
from genius_common.upstream.errors import UpstreamCut, UpstreamError
from genius_common.upstream.events import EventScanner, Usage, parse_usage
from genius_common.web import Receive, Scope, Send, request_id

MAX_ANSWER_BYTES = 16 * 1024 * 1024
_STREAM_HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
ErrorOf = Callable[[dict[str, Any]], PlatformError]
Barrier = Callable[[], Awaitable[None]]


class ClientGone(Exception):
    """The client closed its connection before the answer was complete."""


class UntilGone:
    """`async with UntilGone(receive):` cancels the block the moment the client disconnects and raises `ClientGone`.

    Use it after the request's body was read, and send the last part of the answer as the last thing in the block.
    The watching costs one task per request and nothing per chunk.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False
        self._watcher: asyncio.Task[None] | None = None
        self._task: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        self._watcher = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        assert self._task is not None
        self._task.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._watcher is not None
        assert self._task is not None
        self._watcher.cancel()
        if self._gone and self._task.uncancel() == 0 and kind is asyncio.CancelledError:
            raise ClientGone from error


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The request's body; refused with the number as soon as it is larger than `limit` bytes (LLM-03)."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not length.isdigit() or int(length) > limit:
        raise TooLarge(f"Die Anfrage ist zu groß: erlaubt sind {limit} Byte.")
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body", False) and len(body) <= limit:
        return body
    parts = [body]
    size = len(body)
    while message["type"] == "http.request":
        if size > limit:
            raise TooLarge(f"Die Anfrage ist zu groß: erlaubt sind {limit} Byte.")
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    raise ClientGone


def parse_json(body: bytes) -> dict[str, Any]:
    """The body as JSON object; NaN, lone surrogates, invalid UTF-8 and too deep nesting are refused."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("Der Inhalt der Anfrage ist kein gültiges JSON (UTF-8).") from error
    if not isinstance(value, dict):
        raise InvalidInput("Der Inhalt der Anfrage muss ein JSON-Objekt sein.")
    return value


def upstream_error(_: dict[str, Any]) -> PlatformError:
    """Error events of a model server: the type alone, its words may hold content."""
    return UpstreamError()


async def relay_whole(
    exchange: Exchange,
    scope: Scope,
    send: Send,
    *,
    member: str,
    barrier: Barrier | None = None,
    headers: list[tuple[bytes, bytes]] | None = None,
) -> Usage | None:
    """Pass on a JSON answer that has `member`, byte by byte, and return its usage.

    `barrier` is awaited before the first byte leaves (a durable audit record). Raises `UpstreamCut` where the answer
    is incomplete and `UpstreamError` where it is not such an answer; nothing was sent then.
    """
    body = await exchange.read(MAX_ANSWER_BYTES)
    if not body:
        raise UpstreamCut
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UpstreamCut from error
    if not isinstance(value, dict) or not isinstance(value.get(member), list):
        raise UpstreamError
    if barrier is not None:
        await barrier()
    await send_json(scope, send, body, headers=headers)
    return parse_usage(value)


async def begin_stream(scope: Scope, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
    """Send the head of an event stream; from then on a failure is an event (`error_event`)."""
    head = [*_STREAM_HEAD, *headers]
    if identifier := request_id(scope):
        head.append((b"x-request-id", identifier.encode("latin-1")))
    await send({"type": "http.response.start", "status": 200, "headers": head})


class StreamRelay:
    """Passes one event stream on. `usage` and `error` may be read at any time, also after a cancel."""

    def __init__(
        self,
        exchange: Exchange,
        scanner: EventScanner,
        *,
        idle_s: float,
        error_of: ErrorOf = upstream_error,
        barrier: Barrier | None = None,
        on_first: Callable[[], None] | None = None,
        headers: list[tuple[bytes, bytes]] | None = None,
        begun: bool = False,
    ) -> None:
        """`begun`: the head was sent already (`begin_stream`)."""
        self._exchange = exchange
        self._scanner = scanner
        self._idle_s = idle_s
        self._error_of = error_of
        self._barrier = barrier
        self._on_first = on_first
        self._headers = headers or []
        self._begun = begun
        self.error: PlatformError | None = None

    async def run(self, scope: Scope, send: Send) -> None:
        """Send the stream to its end: `[DONE]`, or exactly one typed error event, never both (REL-04).

        A failure before the first event is raised instead, since a status can still be sent.
        """
        self._check_type()
        first = await self._first()
        if self._barrier is not None:
            await self._barrier()
        if not self._begun:
            await begin_stream(scope, send, self._headers)
        self._exchange.watch(self._idle_s)
        scanner = self._scanner
        data = first
        try:
            while not scanner.done:
                await send({"type": "http.response.body", "body": data, "more_body": True})
                data = await self._next()
        except PlatformError as error:
            self.error = error
            data = error_event(error)
        if scanner.done:
            self._exchange.finish()
        # Nothing may be awaited after this: the server reports a finished answer as a disconnect.
        await send({"type": "http.response.body", "body": data})

    def _check_type(self) -> None:
        if not self._exchange.headers.get(b"content-type", b"").startswith(b"text/event-stream"):
            raise UpstreamError

    async def _first(self) -> bytes:
        data = await self._next()
        if self._on_first is not None:
            self._on_first()
        return data

    async def _next(self) -> bytes:
        """Read on; raises where the stream ends, breaks or reports an error."""
        scanner = self._scanner
        while True:
            if scanner.error is not None:
                raise self._error_of(scanner.error)
            if scanner.malformed:
                raise UpstreamCut
            data = await self._exchange.body()
            if not data:
                raise UpstreamCut
            if (passed := scanner.feed(data)) or scanner.done:
                return passed
