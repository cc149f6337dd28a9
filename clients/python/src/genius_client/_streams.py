# SPDX-License-Identifier: EUPL-1.2
"""Following a run: what to open next, what has been seen, when to come back after a cut."""

from __future__ import annotations

import httpx

from genius_client._errors import ConnectionFailed
from genius_client._events import FINAL, Event, EventReader
from genius_client._flow import Call, Outcome, Retry, pause_after
from genius_client._operations import events_call


class Following:
    """State of one stream; the clients open `call()`, give what comes to `feed`, and ask `pause` after a cut.

    `run` is the run's id, known as soon as the first answer is there; `ended` after the final event.
    """

    def __init__(self, start: Call | None, run: str | None, after: int, retry: Retry) -> None:
        self._start = start
        self._retry = retry
        self._attempt = 0
        self._reader = EventReader()
        self.run = run
        self.seen = after
        self.ended = False

    def call(self) -> Call:
        """Start the run, or go on after the last event that was seen."""
        self._attempt += 1
        self._reader = EventReader()
        if self.run is not None:
            return events_call(self.run, self.seen)
        assert self._start is not None, "a run or a start"
        return self._start

    def opened(self, response: httpx.Response) -> bool:
        """Whether events follow. 204: the final event was seen before."""
        location = response.headers.get("location", "")
        if self.run is None and location:
            self.run = location.rstrip("/").rsplit("/", 1)[-1]
        if response.status_code == 204:
            self.ended = True
        return response.status_code == 200

    def feed(self, piece: bytes) -> list[Event]:
        """New events in `piece`; one that was seen before the cut is not given again."""
        events = [event for event in self._reader.feed(piece) if event.id > self.seen]
        for event in events:
            self.seen = event.id
            self._attempt = 0
            self.ended = self.ended or isinstance(event, FINAL)
        return events

    def pause(self, outcome: Outcome) -> float:
        """Seconds until the next `call`. `outcome`: a refusal, a lost connection, None = an end without final event.

        Raises: ApiProblem, ConnectionFailed.
        """
        attempt = max(1, self._attempt)
        if outcome is None:
            if attempt >= self._retry.attempts:
                raise ConnectionFailed("Der Ereignisstrom bricht immer wieder ab.")
            return self._retry.pause(attempt, None)
        return pause_after(Call("GET", "", again=True), outcome, attempt, self._retry)
