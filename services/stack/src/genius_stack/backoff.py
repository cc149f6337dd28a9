# SPDX-License-Identifier: EUPL-1.2
"""How long to wait before a crashed program is started again."""

from __future__ import annotations

import time
from collections.abc import Callable

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STABLE_SECONDS = 60.0
_MAX_DOUBLINGS = 16


class Backoff:
    """Pauses in seconds: doubled with each quick crash, short again after one that came late.

    `in_a_row` counts the crashes that each came within a minute after their start. `first` may be set.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._started = now()
        self.first = FIRST_PAUSE
        self.in_a_row = 0

    def started(self) -> None:
        self._started = self._now()

    def crashed(self) -> float:
        """Note a crash, or a start that failed; answers the pause before the next try."""
        if self._now() - self._started > STABLE_SECONDS:
            self.in_a_row = 0
        pause = min(self.first * float(2 ** min(self.in_a_row, _MAX_DOUBLINGS)), LONGEST_PAUSE)
        self.in_a_row += 1
        return pause
