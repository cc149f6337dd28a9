# SPDX-License-Identifier: EUPL-1.2
"""Judges a stream of chat completion events while the bytes pass through unparsed.

Only whole events are let through (a client never sees half of one before a typed error). An event that looks like
`data: {…}` in one line and holds none of three markers is passed by a few byte searches; all others are looked at
one by one: `[DONE]`, the usage-only event at the end, errors, comments. The result depends on the bytes alone, not on
how the network split them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

MAX_EVENT_BYTES = 1024 * 1024
DONE = b"data: [DONE]\n\n"
STATUS_HEADER = b"x-genius-status"
"""`1` in a request for a stream: tell the place in the queue by `event: status`, which OpenAI's clients do not know."""
STATUS = b"event: status\n"
_BEGIN, _STOP, _BETWEEN = b"data: {", b"}\n\n", b"}\n\ndata: {"
_END = re.compile(rb"\n\n|\r\n\r\n")
# Inside a JSON string every quotation mark is escaped, so this matches a member and never a model's words.
_RUNNING = re.compile(rb',"usage":\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}')
_EMPTY_CHOICES = (b'"choices":[]', b'"choices": []')


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call as the model server counted them; `final` is false for a count before the end."""

    input_tokens: int
    output_tokens: int
    final: bool = True


def status_event(position: int) -> bytes:
    """The place in the queue, 1 = next, while a request waits."""
    return STATUS + b'data: {"phase":"queued","position":%d}\n\n' % position


def parse_usage(value: Any, *, final: bool = True) -> Usage | None:
    """The `usage` member of a completion or event, None where it is absent or senseless."""
    usage = value.get("usage") if isinstance(value, dict) else None
    if not isinstance(usage, dict):
        return None
    read, written = usage.get("prompt_tokens", usage.get("total_tokens")), usage.get("completion_tokens", 0)
    if type(read) is not int or type(written) is not int or read < 0 or written < 0:
        return None
    return Usage(read, written, final)


class EventScanner:
    """Feed bytes as they come, send on what `feed` returns.

    `include_usage`: whether the client asked for the usage-only event. `strip_running`: the other side counts along
    in every event (vLLM's `continuous_usage_stats`); the client must not see that, since SDKs add such counts up.
    `done` is set once `[DONE]` was seen, `error`
    once the other side sent an error event, `malformed` once it sent what is no completion event or one larger than
    `MAX_EVENT_BYTES`. The offending event and all that follows is held back.
    """

    def __init__(self, *, include_usage: bool, strip_running: bool = False) -> None:
        self._include_usage = include_usage
        self._strip_running = strip_running
        self._held = b""
        self._last = b""
        self._usage: Usage | None = None
        self.done = False
        self.malformed = False
        self.error: dict[str, Any] | None = None
        self.events = 0

    def feed(self, data: bytes) -> bytes:
        """Return the bytes that may go to the client now; empty for good once the stream is over."""
        if self._over:
            return b""
        if not self._held and self._is_plain(data):
            self.events += data.count(b"\n\n")
            return self._kept(data)
        return self._feed_slowly(self._held + data)

    @property
    def _over(self) -> bool:
        return self.done or self.malformed or self.error is not None

    def _is_plain(self, data: bytes) -> bool:
        """Whether `data` is nothing but events of the form `data: {…}` in one line, without a marker (1 µs)."""
        return (
            data.startswith(_BEGIN)
            and data.endswith(_STOP)
            and data.count(b"\n") == 2 * data.count(_BETWEEN) + 2
            and b"\r" not in data
            and _EMPTY_CHOICES[0] not in data
            and _EMPTY_CHOICES[1] not in data
            and b'"error"' not in data
        )

    def _kept(self, data: bytes) -> bytes:
        """Remember `data` for its count and return what the client gets of it."""
        self._last = data
        return _RUNNING.sub(b"", data) if self._strip_running else data

    def _feed_slowly(self, data: bytes) -> bytes:
        passed: list[bytes] = []
        start = 0
        for end in _END.finditer(data):
            event = data[start : end.end()]
            start = end.end()
            if self._is_plain(event):
                self.events += 1
                passed.append(self._kept(event))
            else:
                passed.append(self._examined(event))
            if self._over:
                self._held = b""
                return b"".join(passed)
        self._held = data[start:]
        self.malformed = len(self._held) > MAX_EVENT_BYTES
        return b"".join(passed)

    def _examined(self, event: bytes) -> bytes:
        """Judge one event that is not plain: what the client gets of it."""
        data: list[bytes] = []
        if event.startswith(STATUS):
            return event  # no part of the answer: only who asked for it gets it
        for line in event.splitlines():
            name, _, value = line.partition(b":")
            if name == b"data":
                data.append(value.removeprefix(b" "))
            elif name not in (b"", b"event", b"id", b"retry"):
                self.malformed = True
                return b""
        if not data:
            return event  # a comment keeps the connection alive
        payload = b"\n".join(data)
        if payload.strip() == b"[DONE]":
            self.done = True
            return event
        return self._judged(payload, event)

    def _judged(self, payload: bytes, event: bytes) -> bytes:
        try:
            value = orjson.loads(payload)
        except orjson.JSONDecodeError:
            value = None
        if not isinstance(value, dict):
            self.malformed = True
            return b""
        if value.get("error") is not None:
            found = value["error"]
            self.error = found if isinstance(found, dict) else {}
            return b""
        if value.get("choices") == [] and "usage" in value:
            self._usage = parse_usage(value)
            return event if self._include_usage else b""
        self.events += 1
        return self._kept(event)

    def usage(self) -> Usage | None:
        """The count of the tail, else the last one that came along (`continuous_usage_stats`), else None."""
        if self._usage is not None:
            return self._usage
        start = self._last.rstrip().rfind(b"data: ")
        if start < 0 or b'"usage"' not in self._last:
            return None
        try:
            return parse_usage(orjson.loads(self._last[start + 6 :]), final=self.done)
        except orjson.JSONDecodeError:
            return None
