# SPDX-License-Identifier: EUPL-1.2
"""What one process holds of a meter, and the reservations made from it. Nothing in here waits."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from genius_gateway.usage.errors import QuotaReached
from genius_gateway.usage.limits import Kind, Meter, MeterScope, renewal
from genius_gateway.usage.store import Change

_IDLE_S = 2.0
_OWN: tuple[MeterScope, ...] = ("api_token", "person", "application")


class Pot:
    """Free, held and used of one meter. `exact`: little is left, so nothing is kept that nobody holds."""

    __slots__ = (
        "_held_requests",
        "_held_tokens",
        "_left_elsewhere",
        "_requests",
        "_returning",
        "_tokens",
        "_touched",
        "_used_requests",
        "_used_tokens",
        "_written",
        "exact",
        "meter",
    )  # fmt: skip

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.exact = False
        self._requests = self._tokens = 0
        self._held_requests = self._held_tokens = 0
        self._used_requests = self._used_tokens = 0
        self._left_elsewhere: tuple[int, int] | None = None
        self._returning = False
        self._touched = time.monotonic()
        self._written: float | None = None
        """When the lease in the database was last set; None = there is none."""

    def limited(self, meter: Meter) -> Pot:
        """With the limits of now: after a change, what was leased under the old ones goes back."""
        if meter != self.meter:
            self.meter = meter
            self._requests = self._tokens = 0
            self._left_elsewhere = None
            self._returning = True
        return self

    def take(self, tokens: int) -> bool:
        """Reserve a request with `tokens` where both are free."""
        if self._requests < 1 or self._tokens < tokens or self.exact:
            return False
        self._requests -= 1
        self._tokens -= tokens
        self._held_tokens += tokens
        self._held_requests += 1
        return True

    def put_back(self, tokens: int) -> None:
        """Undo `take`."""
        self._held_requests -= 1
        self._held_tokens -= tokens
        if self.exact:
            self._returning = True
        else:
            self._requests += 1
            self._tokens += tokens

    def receive(self, row: sa.Row[Any], tokens: int) -> None:
        """Put a granted block in and hold a request with `tokens` of it."""
        self.exact = row.exact
        self._left_elsewhere = (row.left_requests - row.grant_requests, row.left_tokens - row.grant_tokens)
        self._written = self._touched = time.monotonic()
        self._requests += row.grant_requests - 1
        self._tokens += row.grant_tokens - tokens
        self._held_requests += 1
        self._held_tokens += tokens

    def settle(self, held: int, used: int) -> None:
        """A reservation of `held` tokens has used `used`."""
        self._held_requests -= 1
        self._held_tokens -= held
        self._used_requests += 1
        self._used_tokens += used
        if used > held:
            self._overdraw(used - held)
        elif not self.exact:
            self._tokens += held - used

    def use(self, tokens: int) -> None:
        """Tokens without a reservation."""
        self._used_tokens += tokens
        self._overdraw(tokens)

    def _overdraw(self, tokens: int) -> None:
        """More was used than was set aside: it comes out of what is free, and then the database decides."""
        self._tokens -= tokens
        if self._tokens < 0:
            self._requests = self._tokens = 0
            self._returning = True

    def refusal(self, row: sa.Row[Any]) -> QuotaReached:
        """Why nothing was granted. Used up, or only held by requests that are still running?"""
        if row.left_requests < 1:
            soon = row.requests < row.max_requests
            return QuotaReached(self.meter.key, "requests", limit=row.max_requests, soon=soon)
        return QuotaReached(self.meter.key, "tokens", limit=row.max_tokens, soon=row.tokens < row.max_tokens)

    def left(self) -> tuple[int, int]:
        """About what is left, as far as this process has heard: for headers."""
        requests, tokens = self._left_elsewhere or (self.meter.max_requests, self.meter.max_tokens)
        return max(requests + self._requests, 0), max(tokens + self._tokens, 0)

    def is_due(self, now: float, renew_s: float, *, give_back: bool) -> bool:
        """Whether the database should hear of this pot now."""
        if self._used_requests or self._used_tokens:
            return True
        if self._written is None:
            return False
        if self._returning:
            return True
        idle = self.exact or give_back or now - self._touched > _IDLE_S
        free = self._requests or self._tokens
        return bool(idle and (free or self.empty)) or now - self._written > renew_s

    def change(self, now: float, *, give_back: bool) -> Change:
        """What is to be written; free parts go back where nobody has used the pot lately."""
        if self._used_requests or self._used_tokens:
            self._touched = now
        elif give_back or now - self._touched > _IDLE_S:
            self._requests = self._tokens = 0
        if self.exact or give_back:
            self._requests = self._tokens = 0
        held = (self._requests + self._held_requests, self._tokens + self._held_tokens)
        change = Change(self.meter, self._used_requests, self._used_tokens, *held)
        self._used_requests = self._used_tokens = 0
        self._written = now if any(held) else None
        self._returning = False
        # From now on the database is asked again: a limit may have been raised, or another replica given back.
        self.exact = False
        return change

    def undo(self, change: Change) -> None:
        """It could not be written."""
        self._used_requests += change.used_requests
        self._used_tokens += change.used_tokens
        self._written = self._touched

    @property
    def empty(self) -> bool:
        return not (
            self._requests or self._tokens or self._held_requests or self._held_tokens
            or self._used_requests or self._used_tokens
        )  # fmt: skip


@dataclass(slots=True)
class Account:
    """The meters that the requests of one caller run through, until `until` (wall clock)."""

    authority: UUID
    day: dt.date
    pots: tuple[Pot, ...]
    until: float
    person: str | None = field(init=False)
    _own: tuple[Pot, ...] = field(init=False)
    _policy: bytes = field(init=False)
    _ends: int = field(init=False)

    def __post_init__(self) -> None:
        self.person = next((pot.meter.key.key for pot in self.pots if pot.meter.key.scope == "person"), None)
        own = next(pot for scope in _OWN for pot in self.pots if pot.meter.key.scope == scope)
        self._own = (own,)
        self._policy = b'"requests-per-day";q=%d;w=86400, "tokens-per-day";q=%d;w=86400;qu="tokens"' % (
            own.meter.max_requests,
            own.meter.max_tokens,
        )
        self._ends = int(renewal("day", self.day).timestamp())

    def take(self, tokens: int) -> bool:
        """Reserve from every pot, or from none."""
        for index, pot in enumerate(self.pots):
            if not pot.take(tokens):
                for other in self.pots[:index]:
                    other.put_back(tokens)
                return False
        return True

    def use(self, tokens: int) -> None:
        for pot in self.pots:
            pot.use(tokens)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) of the caller's own meters."""
        requests, tokens = self._own[0].left()
        wait = max(self._ends - int(time.time()), 0)
        return [
            (b"ratelimit-policy", self._policy),
            (
                b"ratelimit",
                b'"requests-per-day";r=%d;t=%d, "tokens-per-day";r=%d;t=%d' % (requests, wait, tokens, wait),
            ),
        ]


class Reservation:
    """What `Ledger.reserve` has set aside in every pot of the account."""

    __slots__ = ("_tokens", "account", "kind", "open")

    def __init__(self, account: Account, kind: Kind, tokens: int) -> None:
        self.account = account
        self.kind = kind
        self.open = True
        self._tokens = tokens

    def close(self, used: int, *, counted: bool = True) -> bool:
        """End it; answers whether a meter is near its limit, so that the rest should go back at once."""
        self.open = False
        near = False
        for pot in self.account.pots:
            near |= pot.exact
            if counted:
                pot.settle(self._tokens, used)
            else:
                pot.put_back(self._tokens)
        return near
