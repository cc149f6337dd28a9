# SPDX-License-Identifier: EUPL-1.2
"""Whether a replica gets requests: closed, open after failures, tried by one request, then slowly more again."""

from __future__ import annotations

from collections.abc import Callable

FAILURES = 2
"""In a row open the breaker; a hang opens it at once, because each costs its caller seconds."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
NO_BOUND = 1 << 30


class Breaker:
    """`room` is how many requests the replica may hold now: 0 while open, then 1, 2, 4 … as they succeed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._pause_s = FIRST_PAUSE_S
        self._open_until = 0.0
        self._allowed = NO_BOUND
        self._gone = False

    @property
    def room(self) -> int:
        return 0 if self._clock() < self._open_until else self._allowed

    @property
    def opens_in(self) -> float:
        """Seconds until it is tried again, 0 where it may be used."""
        return max(self._open_until - self._clock(), 0.0)

    def failed(self, *, hung: bool = False, gone: bool = False) -> None:
        """A request failed by the replica's fault. `hung`: by silence, `gone`: it took no connection."""
        self._failures += 1
        self._gone = gone
        if hung or self._failures >= FAILURES or self._allowed != NO_BOUND:
            self._open_until = self._clock() + self._pause_s
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
            self._allowed = 1

    def answered(self) -> None:
        """It lists its models: the pause of one that was gone ends. One that hangs may do that all the while."""
        if self._gone:
            self._open_until = 0.0

    def succeeded(self, slots: int) -> None:
        """A request was answered. After a pause twice as many may come with each, up to `slots`."""
        self._failures = 0
        self._gone = False
        if self._allowed != NO_BOUND:
            self._allowed *= 2
            if self._allowed >= slots:
                self._allowed = NO_BOUND
                self._pause_s = FIRST_PAUSE_S
