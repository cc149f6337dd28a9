# SPDX-License-Identifier: EUPL-1.2
"""The order of the waiting: a virtual token counter per authority, and inside it per person.

Source: Sheng et al., "Fairness in Serving Large Language Models", OSDI 2024. Who has got the fewest tokens goes first
(an input token counts 1, an output token 2); who comes back after a pause is lifted to the least of the waiting, so
that nobody saves up a right to flood. Plain data without a clock or a loop: the same calls give the same order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar
from uuid import UUID

INPUT_WEIGHT = 1
OUTPUT_WEIGHT = 2
_KEPT_ACCOUNTS = 4096

ItemT = TypeVar("ItemT")


def cost(input_tokens: int, output_tokens: int) -> int:
    """What a request counts on the accounts of its authority and its person."""
    return INPUT_WEIGHT * input_tokens + OUTPUT_WEIGHT * output_tokens


class Accounts:
    """Counters of one level. `floor` is what the one served last had: nobody who returns starts below it."""

    def __init__(self) -> None:
        self._counters: dict[UUID | None, int] = {}
        self.floor = 0

    def __getitem__(self, name: UUID | None) -> int:
        return self._counters.get(name, self.floor)

    def lift(self, name: UUID | None, least: int | None) -> None:
        """`name` begins to wait; `least` is the smallest counter of those who wait already, None where nobody does."""
        self._counters[name] = max(self[name], self.floor if least is None else least)

    def charge(self, name: UUID | None, tokens: int) -> None:
        """`tokens` may be negative: what was set aside and not used comes back."""
        self._counters[name] = self[name] + tokens
        if len(self._counters) > _KEPT_ACCOUNTS:
            # Who is at the floor or below would be lifted to it anyway, so nothing is forgotten with them.
            self._counters = {key: value for key, value in self._counters.items() if value > self.floor}

    def served(self, name: UUID | None) -> None:
        self.floor = max(self.floor, self[name])


class _Lane(Generic[ItemT]):
    """The waiting of one authority, a line per person."""

    def __init__(self) -> None:
        self.lines: dict[UUID, deque[ItemT]] = {}
        self.waiting = 0


class FairOrder(Generic[ItemT]):
    """Waiting items by authority and person. Items are put in once, and taken or removed once."""

    def __init__(self) -> None:
        self._lanes: dict[UUID | None, _Lane[ItemT]] = {}
        self._authorities = Accounts()
        self._persons: dict[UUID | None, Accounts] = {}
        self.waiting = 0

    def waiting_of(self, authority: UUID | None) -> int:
        lane = self._lanes.get(authority)
        return lane.waiting if lane else 0

    def put(self, authority: UUID | None, person: UUID, item: ItemT) -> None:
        lane = self._lanes.get(authority)
        if lane is None:
            least = min((self._authorities[name] for name in self._lanes), default=None)
            self._authorities.lift(authority, least)
            lane = self._lanes[authority] = _Lane()
        line = lane.lines.get(person)
        if line is None:
            accounts = self._accounts(authority)
            accounts.lift(person, min((accounts[name] for name in lane.lines), default=None))
            line = lane.lines[person] = deque()
        line.append(item)
        lane.waiting += 1
        self.waiting += 1

    def take(self, may: Callable[[UUID | None], bool]) -> ItemT | None:
        """The next item of an authority that `may` go on now; None where there is none."""
        allowed = [name for name in self._lanes if may(name)]
        if not allowed:
            return None
        authority = min(allowed, key=self._authorities.__getitem__)
        lane, accounts = self._lanes[authority], self._accounts(authority)
        person = min(lane.lines, key=accounts.__getitem__)
        item = lane.lines[person].popleft()
        self._authorities.served(authority)
        accounts.served(person)
        self._shrink(authority, person)
        return item

    def remove(self, authority: UUID | None, person: UUID, item: ItemT) -> bool:
        """Take `item` out where it still waits."""
        lane = self._lanes.get(authority)
        line = lane.lines.get(person) if lane else None
        if line is None or item not in line:
            return False
        line.remove(item)
        self._shrink(authority, person)
        return True

    def _shrink(self, authority: UUID | None, person: UUID) -> None:
        lane = self._lanes[authority]
        lane.waiting -= 1
        self.waiting -= 1
        if not lane.lines[person]:
            del lane.lines[person]
        if not lane.waiting:
            del self._lanes[authority]

    def charge(self, authority: UUID | None, person: UUID, tokens: int) -> None:
        """Put `tokens` (see `cost`) on the accounts of both."""
        self._authorities.charge(authority, tokens)
        self._accounts(authority).charge(person, tokens)

    def _accounts(self, authority: UUID | None) -> Accounts:
        found = self._persons.get(authority)
        if found is None:
            found = self._persons[authority] = Accounts()
        return found
