# SPDX-License-Identifier: EUPL-1.2
"""Server-sent events (WHATWG HTML, section 9.2): encode ours, decode a stream of another service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson

CONTENT_TYPE = "text/event-stream; charset=utf-8"
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
HEARTBEAT = b": heartbeat\n\n"
HEARTBEAT_SECONDS = 15.0
MAX_EVENT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """One received event; `data` is the joined data lines, `id` the last event id if one was sent with it."""

    event: str
    data: str
    id: str | None = None

    def json(self) -> Any:
        return orjson.loads(self.data)


def encode(event: str, data: Any, event_id: int | None = None) -> bytes:
    """Return one frame; `data` is any JSON value (orjson never writes a raw line break)."""
    head = b"" if event_id is None else b"id: %d\n" % event_id
    return head + b"event: " + event.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


class Decoder:
    """Incremental parser: feed bytes as they come, get the frames that are complete.

    Raises ValueError if one event grows beyond `MAX_EVENT_BYTES`. An unfinished frame at the end of the stream is
    not an event (as the standard has it): the caller must treat an end without a final event as a cut.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._event = ""
        self._data: list[str] = []
        self._size = 0
        self._id: str | None = None

    def feed(self, chunk: bytes) -> list[Frame]:
        self._buffer += chunk
        frames: list[Frame] = []
        while (end := self._buffer.find(b"\n", self._scanned)) >= 0:
            line = bytes(self._buffer[:end]).rstrip(b"\r")
            del self._buffer[: end + 1]
            self._scanned = 0
            if line:
                self._field(line.decode("utf-8"))
            elif frame := self._dispatch():
                frames.append(frame)
        self._scanned = len(self._buffer)
        self._bound(self._scanned)
        return frames

    def _bound(self, unread: int) -> None:
        if self._size + unread > MAX_EVENT_BYTES:
            raise ValueError("event too large")

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._size += len(value) + 1  # many short lines are a large event too
            self._bound(0)
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value

    def _dispatch(self) -> Frame | None:
        frame = Frame(self._event or "message", "\n".join(self._data), self._id) if self._data else None
        self._event, self._data, self._size, self._id = "", [], 0, None
        return frame


async def decode(chunks: AsyncIterator[bytes]) -> AsyncIterator[Frame]:
    """Yield the frames of a byte stream."""
    decoder = Decoder()
    async for chunk in chunks:
        for frame in decoder.feed(chunk):
            yield frame
