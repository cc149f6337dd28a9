# SPDX-License-Identifier: EUPL-1.2
"""The events of a run. The last one is always `Done`, `Cancelled` or `Failed`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from genius_client._models import ItemResult, Json, RunError


@dataclass(frozen=True, slots=True)
class Event:
    """`id` rises, with gaps; `raw` is all that came. An event of this class itself is of a kind not known here."""

    id: int
    type: str
    raw: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class Started(Event):
    pass


@dataclass(frozen=True, slots=True)
class Status(Event):
    """`phase`: queued (at `position`), parsing, searching, generating, checking, rendering."""

    phase: str
    position: int | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class TextDelta(Event):
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cited(Event):
    """A citation; its fields stand in `raw`."""


@dataclass(frozen=True, slots=True)
class Partial(Event):
    """A part of the result: `path` is a JSON pointer into it."""

    path: str
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class ItemEnded(Event):
    """An input of a batch has ended."""

    item: ItemResult


@dataclass(frozen=True, slots=True)
class Warned(Event):
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Counted(Event):
    """Tokens so far."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Done(Event):
    result: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    pass


@dataclass(frozen=True, slots=True)
class Failed(Event):
    error: RunError


FINAL = (Done, Cancelled, Failed)

_KINDS: dict[str, Callable[[int, str, Json], Event]] = {
    "run.started": Started,
    "status": lambda i, t, d: Status(i, t, d, d["phase"], d.get("position"), d.get("detail")),
    "text.delta": lambda i, t, d: TextDelta(i, t, d, d["text"]),
    "citation": Cited,
    "partial": lambda i, t, d: Partial(i, t, d, d["path"], d["value"]),
    "item": lambda i, t, d: ItemEnded(i, t, d, ItemResult.of(d)),
    "warning": lambda i, t, d: Warned(i, t, d, d["code"], d["detail"]),
    "usage": lambda i, t, d: Counted(i, t, d, d["input_tokens"], d["output_tokens"]),
    "done": lambda i, t, d: Done(i, t, d, d["result"]),
    "cancelled": Cancelled,
    "error": lambda i, t, d: Failed(i, t, d, RunError.of(d)),
}


def event_of(identifier: int, kind: str, data: str) -> Event:
    found = json.loads(data)
    return _KINDS.get(kind, Event)(identifier, kind, found)


class EventReader:
    """Takes a stream of server-sent events as it comes, in pieces of any size, and gives whole events.

    Lines end at CR LF or LF alone: texts may hold other characters that Python takes for line ends (U+2028, U+0085).
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._looked = 0
        self._fields: dict[str, str] = {}

    def feed(self, piece: bytes) -> list[Event]:
        """Events that `piece` completes. Comments and blocks without data are dropped."""
        self._buffer += piece
        events: list[Event] = []
        while (end := self._buffer.find(b"\n", self._looked)) >= 0:
            line = bytes(self._buffer[:end]).removesuffix(b"\r").decode()
            del self._buffer[: end + 1]
            self._looked = 0
            if line:
                self._take(line)
            elif (event := self._whole()) is not None:
                events.append(event)
        self._looked = len(self._buffer)
        return events

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        self._fields[name] = f"{self._fields[name]}\n{value}" if name == "data" and "data" in self._fields else value

    def _whole(self) -> Event | None:
        fields, self._fields = self._fields, {}
        if "data" not in fields or not fields.get("id", "").isdigit():
            return None
        return event_of(int(fields["id"]), fields.get("event", ""), fields["data"])
