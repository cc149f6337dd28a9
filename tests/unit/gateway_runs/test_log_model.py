# SPDX-License-Identifier: EUPL-1.2
"""The log of a run against a plain model: events, savings, further blocks and crashes in any order."""

from __future__ import annotations

from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from genius_common.events import RunStarted, Status, TextDelta
from genius_gateway.runs.live import BLOCK, Hub, LiveRun, LoggedEvent


class LogMachine(RuleBasedStateMachine):
    """`shown` is what any follower may have seen, `stored` what a later process finds. Ids must never be used twice:

    a reader that resumes with the last id of a dead process would else miss events, or see others under its id.
    """

    def __init__(self) -> None:
        super().__init__()
        self.run = uuid4()
        self.hub = Hub()
        self.reserved = BLOCK
        self.stored: list[LoggedEvent] = []
        self.used: list[int] = []
        self.shown: list[int] = []
        self.live: LiveRun | None = None

    @initialize()
    def begin(self) -> None:
        self.stored = [LoggedEvent.of(RunStarted(), self.run, 1)]
        self.used, self.shown = [1], [1]
        self._open()

    def _open(self) -> None:
        self.live = LiveRun(self.run, detached=False, reserved=self.reserved, saved=list(self.stored))
        self.shown = [event.seq for event in self.stored]
        self.hub.add(self.live)

    def _room(self) -> LiveRun:
        assert self.live
        if self.live.block_used_up:
            self.reserved += BLOCK
            self.live.take_block(self.reserved)
        return self.live

    @rule(count=st.sampled_from([1, 2, 3, BLOCK - 1, BLOCK]), silent=st.booleans())
    def publish(self, count: int, silent: bool) -> None:
        for number in range(count):
            live = self._room()
            event = live.number(Status(phase="searching") if silent else TextDelta(text=str(number)))
            assert event.seq <= self.reserved
            assert event.seq > max(self.used)
            self.used.append(event.seq)
            self.shown.append(event.seq)
            live.publish(event)

    @rule()
    def number_without_publishing(self) -> None:
        """The final event is numbered before it is stored; if that fails, its number is lost and not given again."""
        event = self._room().number(TextDelta(text="x"))
        assert event.seq > max(self.used)
        self.used.append(event.seq)

    @rule()
    def another_reserves(self) -> None:
        """A block that is reserved although the old one is not used up: gaps are allowed."""
        assert self.live
        self.reserved += BLOCK
        self.live.take_block(self.reserved)

    @rule(part=st.floats(0, 1))
    def save(self, part: float) -> None:
        """The writer takes what waits; a part of it reaches the table."""
        assert self.live
        waiting = self.live.unsaved
        saved = waiting[: round(len(waiting) * part)]
        self.live.unsaved = waiting[len(saved) :]
        self.stored += saved

    @rule()
    def crash(self) -> None:
        """The process dies; another claims the run, with a further block (as `claim` does for a second attempt)."""
        assert self.live
        dead = self.live
        dead.stop("lost")
        assert self.hub.get(self.run) is None
        self.reserved += BLOCK
        self._open()
        self.hub.remove(dead)
        assert self.hub.get(self.run) is self.live

    @precondition(lambda self: self.live is not None)
    @invariant()
    def every_reader_gets_what_follows(self) -> None:
        assert self.live
        assert [event.seq for event in self.live.events()] == self.shown
        assert self.live.last_seq == self.shown[-1]
        for after in {0, 1, self.shown[len(self.shown) // 2], self.shown[-1], self.shown[-1] + 1}:
            assert [event.seq for event in self.live.events(after)] == [seq for seq in self.shown if seq > after]

    @precondition(lambda self: self.live is not None)
    @invariant()
    def nothing_waits_twice_or_is_forgotten(self) -> None:
        assert self.live
        waiting = [event.seq for event in self.live.unsaved]
        assert sorted({event.seq for event in self.stored} | set(waiting)) == self.shown
        assert len(self.stored) + len(waiting) == len(self.shown)
        assert not waiting or self.live.dirty.is_set()


TestLog = LogMachine.TestCase
TestLog.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
