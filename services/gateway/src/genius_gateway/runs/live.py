# SPDX-License-Identifier: EUPL-1.2
"""The log of a run that executes in this process: followers read it from memory, a writer saves it behind them."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from genius_common import sse
from genius_common.events import FINAL_TYPES, Event, dump_event

BLOCK = 1000
StopReason = Literal["cancelled", "abandoned", "refused", "spent", "stopping", "lost"]


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as the log holds it: `data` is `{"type", "run", "seq", …}`, ready for JSON."""

    seq: int
    type: str
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event, run: UUID, seq: int) -> LoggedEvent:
        data = dump_event(event)
        return cls(seq, event.type, {"type": data.pop("type"), "run": str(run), "seq": seq, **data})

    @classmethod
    def load(cls, data: dict[str, Any]) -> LoggedEvent:
        return cls(int(data["seq"]), str(data["type"]), data)

    @property
    def final(self) -> bool:
        return self.type in FINAL_TYPES

    def frame(self) -> bytes:
        return sse.encode(self.type, self.data, self.seq)


class LiveRun:
    """One executing run. All methods are called from the event loop's thread; none of them blocks.

    `reserved` is the highest id that the run's row has set aside for this process: `next_seq` refuses to go beyond.
    """

    def __init__(self, run: UUID, *, detached: bool, reserved: int, saved: list[LoggedEvent]) -> None:
        self.run = run
        self.detached = detached
        self.reserved = reserved
        self.stop_reason: StopReason | None = None
        self.lost = asyncio.Event()
        self.ended = asyncio.Event()
        self.stop_asked = asyncio.Event()
        self.dirty = asyncio.Event()
        self.unsaved: list[LoggedEvent] = []
        self._events = list(saved)
        self._seqs = [event.seq for event in saved]
        self._next = reserved - BLOCK + 1 if not saved else max(saved[-1].seq, reserved - BLOCK) + 1
        self._changed = asyncio.Event()
        self._followers = 0
        self._alone_since = time.monotonic()

    @property
    def block_used_up(self) -> bool:
        return self._next > self.reserved

    @property
    def last_seq(self) -> int:
        return self._seqs[-1] if self._seqs else 0

    def take_block(self, reserved: int) -> None:
        """A further block was reserved, ending at `reserved`."""
        self._next = max(self._next, reserved - BLOCK + 1)
        self.reserved = reserved

    def number(self, event: Event) -> LoggedEvent:
        """Give `event` the next id of the reserved block, without showing it to anybody yet."""
        if self.block_used_up:
            raise RuntimeError("no event id is reserved")
        logged = LoggedEvent.of(event, self.run, self._next)
        self._next += 1
        return logged

    def publish(self, logged: LoggedEvent, *, saved: bool = False) -> None:
        """Show the event to followers; unless it is `saved` already, it waits for the writer."""
        self._events.append(logged)
        self._seqs.append(logged.seq)
        if not saved:
            self.unsaved.append(logged)
            self.dirty.set()
        self._wake()

    def events(self, after: int = 0) -> list[LoggedEvent]:
        return self._events[bisect_right(self._seqs, after) :]

    async def wait(self, after: int, timeout_s: float) -> list[LoggedEvent]:
        """Events after id `after`; empty after `timeout_s` of silence, or when the run is no longer ours."""
        deadline = time.monotonic() + timeout_s
        while not (found := self.events(after)) and not self.lost.is_set():
            changed = self._changed
            try:
                async with asyncio.timeout(max(deadline - time.monotonic(), 0)):
                    await changed.wait()
            except TimeoutError:
                return []
        return found

    def stop(self, reason: StopReason) -> None:
        """Ask the execution to end; the first reason stands, but losing the run always wins."""
        if self.stop_reason is None or reason == "lost":
            self.stop_reason = reason
        if reason == "lost":
            self.lost.set()
        self.stop_asked.set()
        self._wake()

    def joined(self) -> None:
        self._followers += 1

    def left(self) -> None:
        self._followers -= 1
        self._alone_since = time.monotonic()

    @property
    def alone_s(self) -> float:
        """For how many seconds nobody has followed the run in this process."""
        return 0.0 if self._followers else time.monotonic() - self._alone_since

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class Hub:
    """The runs that execute in this process."""

    def __init__(self) -> None:
        self._runs: dict[UUID, LiveRun] = {}

    def add(self, live: LiveRun) -> None:
        self._runs[live.run] = live

    def remove(self, live: LiveRun) -> None:
        if self._runs.get(live.run) is live:
            del self._runs[live.run]

    def get(self, run: UUID) -> LiveRun | None:
        live = self._runs.get(run)
        return live if live is not None and not live.lost.is_set() else None

    def all(self) -> list[LiveRun]:
        return list(self._runs.values())
