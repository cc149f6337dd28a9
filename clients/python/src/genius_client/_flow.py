# SPDX-License-Identifier: EUPL-1.2
"""When a request is sent again, and how: written once, as generators, and carried out by both clients.

A flow yields `Send` or `Pause`, gets back what came of it, and returns its result. It never does I/O itself.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from genius_client._errors import ApiProblem, ConnectionFailed, problem_of

T = TypeVar("T")
_CHANCE = secrets.SystemRandom()
_ANY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `again`: repeating it has no second effect (GET, DELETE, or with an idempotency key).

    Without `again` it is repeated only where it was surely not carried out: no connection, or refused for now (429).
    `body` makes what the request carries, anew for each attempt.
    """

    method: str
    path: str
    again: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[], Mapping[str, Any]] = dict


@dataclass(frozen=True, slots=True)
class Send:
    call: Call


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


Outcome = httpx.Response | httpx.RequestError | None
Flow = Generator[Send | Pause, Outcome, T]


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a request is sent at most, and the pauses between: `first_s`, doubled each time, at most `most_s`.

    What the platform says (`Retry-After`) goes before. Beyond `longest_s` nobody waits: the refusal is raised with
    its `retry_after`, as for a quota that is used up for today.
    """

    attempts: int = 5
    first_s: float = 0.5
    most_s: float = 20.0
    longest_s: float = 60.0

    def pause(self, attempt: int, retry_after: float | None) -> float:
        """Before the attempt after the `attempt`-th; spread, so that many clients do not come back together."""
        if retry_after is not None:
            return retry_after + _CHANCE.uniform(0, self.first_s)
        return min(self.most_s, self.first_s * float(2 ** (attempt - 1))) * _CHANCE.uniform(0.5, 1.0)


def retry_after_of(response: httpx.Response) -> float | None:
    """Seconds by the header, which is a number or a date (RFC 9110); None where there is none or it is no good."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    now = dt.datetime.now(dt.UTC)
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=dt.UTC)) - now).total_seconds())


def problem_in(response: httpx.Response) -> ApiProblem:
    return problem_of(response.status_code, response.content, retry_after_of(response))


def pause_after(call: Call, outcome: Outcome, attempt: int, retry: Retry) -> float:
    """Seconds to wait before the call is sent again after a failed `attempt` (1 = first).

    Raises: ApiProblem, ConnectionFailed where it must not be, or was often enough.
    """
    last = attempt >= retry.attempts
    if isinstance(outcome, httpx.Response):
        problem = problem_in(outcome)
        worth = outcome.status_code in (_ANY if call.again else {429})
        if last or not worth or (problem.retry_after or 0) > retry.longest_s:
            raise problem
        return retry.pause(attempt, problem.retry_after)
    never_sent = isinstance(outcome, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    if last or not (call.again or never_sent):
        raise ConnectionFailed("Genius ist nicht erreichbar, oder die Verbindung ist abgebrochen.") from outcome
    return retry.pause(attempt, None)


def sent(call: Call, retry: Retry) -> Flow[httpx.Response]:
    """Flow of one request: its answer, which is a good one and is read. Raises: ApiProblem, ConnectionFailed."""
    attempt = 1
    while True:
        outcome = yield Send(call)
        if isinstance(outcome, httpx.Response) and outcome.is_success:
            return outcome
        yield Pause(pause_after(call, outcome, attempt, retry))
        attempt += 1
