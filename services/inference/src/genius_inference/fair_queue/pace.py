# SPDX-License-Identifier: EUPL-1.2
"""How fast a model's queue moves, from what was seen: for an honest `Retry-After` and for what is set aside."""

from __future__ import annotations

_FIRST_OUTPUT = 256
_SHARE = 0.1
_LONGEST_GAP_S = 10.0


class Pace:
    """Moving means over about the last ten requests; an empty time in which nothing was asked is no slowness."""

    def __init__(self) -> None:
        self._output = float(_FIRST_OUTPUT)
        self._gap_s = 0.5
        self._last: float | None = None

    def output(self, most: int | None) -> int:
        """Tokens that a request is expected to produce, `most` at most."""
        return min(int(self._output), most) if most is not None else int(self._output)

    def produced(self, tokens: int) -> None:
        self._output += _SHARE * (tokens - self._output)

    def left(self, now: float) -> None:
        """A request has left its place."""
        if self._last is not None:
            self._gap_s += _SHARE * (min(now - self._last, _LONGEST_GAP_S) - self._gap_s)
        self._last = now

    def seconds_for(self, requests: int) -> float:
        """Until so many have left."""
        return self._gap_s * requests
