# SPDX-License-Identifier: EUPL-1.2
"""One model server: its client, what it holds of ours, what it says of itself."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from genius_common.upstream.client import UpstreamClient
from genius_inference.replicas.breaker import Breaker
from genius_inference.replicas.report import Report

MOST_WAITING = 3
"""Requests that may wait inside vLLM: more, and it decides the order instead of our queue."""


class Replica:
    """`requests` and `tokens` are in flight from here; `report` is what the server counts, other routers included."""

    def __init__(self, url: str, client: UpstreamClient, slots: int, clock: Callable[[], float]) -> None:
        self.url = url
        self.name = urlsplit(url).netloc.rsplit("@", 1)[-1]
        self.client = client
        self.slots = slots
        self.breaker = Breaker(clock)
        self.report = Report()
        self.vllm = False
        self.requests = 0
        self.tokens = 0
        self._clock = clock

    def room(self, *, trusted: bool = True) -> int:
        """How many more requests it may get now; never below 0. `trusted=False`: whatever its breaker says."""
        bound = min(self.slots, self.breaker.room) if trusted else self.slots
        if self.report.waiting > MOST_WAITING:
            return 0
        return max(bound - self.requests, 0)

    @property
    def load(self) -> float:
        """Tokens in flight, and what waits there of others: at most as many requests as wait, of our mean size."""
        mean = self.tokens / self.requests if self.requests else 1.0
        return self.tokens + mean * self.report.waiting

    def take(self, tokens: int) -> None:
        self.requests += 1
        self.tokens += tokens

    def leave(self, tokens: int) -> None:
        self.requests -= 1
        self.tokens -= tokens

    def moved_since(self, moment: float) -> bool:
        """Whether any byte of any of our requests came from it after `moment`: it works, however slowly."""
        return self.client.last_byte > moment

    def patience(self, silence_s: float, latest_s: float) -> Callable[[], float]:
        """For `UpstreamClient.request`: more seconds while the replica answers others, until `latest_s` in all."""
        begin = self._clock()

        def more() -> float:
            left = begin + latest_s - self._clock()
            if left <= 0 or not self.moved_since(self._clock() - silence_s):
                return 0.0
            return min(left, silence_s)

        return more
