# SPDX-License-Identifier: EUPL-1.2
"""The order of the waiting: a virtual token counter per authority, and inside it per person.

Source: Sheng et al., "Fairness in Serving Large Language Models", OSDI 2024. Who has got the fewest tokens goes first
(an input token counts 1, an output token 2); who comes back after a pause is lifted to the least of the waiting, so
that nobody saves up a right to flood. Plain data without a clock or a loop: the same calls give the same order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar
from uuid import UUID

INPUT_WEIGHT = 1
OUTPUT_WEIGHT = 2
_KEPT_ACCOUNTS = 4096

ItemT = TypeVar("ItemT")
NameT = TypeVar("NameT")


def cost(input_tokens: int, output_tokens: int) -> int:
    """What a request counts on the accounts of its authority and its person."""
    return INPUT_WEIGHT * input_tokens + OUTPUT_WEIGHT * output_tokens


class Accounts:
    """Tokens of one level, by name: what was used, and what is set aside for requests that are at a model now.

    Both together say whose turn it is. Only what was used says where somebody begins who comes or comes back: what is
    set aside is a guess, and mostly too high; nobody is made to wait for another's guess. `floor` is what the one
    served last had used: nobody who returns starts below it.
    """

    def __init__(self) -> None:
        self._used: dict[UUID | None, int] = {}
        self._aside: dict[UUID | None, int] = {}
        self.floor = 0

    def __getitem__(self, name: UUID | None) -> int:
        """By this the next one is chosen."""
        return self.used(name) + self._aside.get(name, 0)

    def used(self, name: UUID | None) -> int:
        return self._used.get(name, self.floor)

    def lift(self, name: UUID | None, others: Iterable[UUID | None]) -> None:
        """`name` begins to wait, beside `others` who wait already."""
        least = min((self.used(other) for other in others), default=self.floor)
        self._used[name] = max(self.used(name), least)

    def set_aside(self, name: UUID | None, tokens: int) -> None:
        self._aside[name] = self._aside.get(name, 0) + tokens

    def charge(self, name: UUID | None, used: int, aside: int) -> None:
        """`aside` had been set aside, and `used` takes its place."""
        self._used[name] = self.used(name) + used
        left = self._aside.get(name, 0) - aside
        if left:
            self._aside[name] = left
        else:
            self._aside.pop(name, None)
        if len(self._used) > _KEPT_ACCOUNTS:
            # Who is at the floor or below would be lifted to it anyway, so nothing is forgotten with them.
            self._used = {key: value for key, value in self._used.items() if value > self.floor}

    def served(self, name: UUID | None) -> None:
        self.floor = max(self.floor, self.used(name))


def _before(lines: Mapping[NameT, tuple[int, int]], name: NameT, own: int, step: int) -> int:
    """How many go before the one that has `own` of its line before it. `lines`: tokens so far, and how many wait.

    The smallest account goes first, of equal ones the earlier line, and each that went costs `step`: so of another line
    those go before that stay below.
    """
    reached = lines[name][0] + own * step
    before, earlier = own, 1
    for other, (used, waiting) in lines.items():
        if other == name:
            earlier = 0
        elif reached >= used:
            before += min((reached - used - 1 + earlier) // step + 1, waiting)
    return before


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
            self._authorities.lift(authority, self._lanes)
            lane = self._lanes[authority] = _Lane()
        line = lane.lines.get(person)
        if line is None:
            self._accounts(authority).lift(person, lane.lines)
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

    def place(self, authority: UUID | None, person: UUID, item: ItemT, step: int) -> int:
        """The place of a waiting `item`, 1 = next, as if every request cost `step` tokens and nobody else came.

        One who comes with a smaller account, or an estimate that was wrong, moves it in both directions.
        """
        lane, accounts = self._lanes[authority], self._accounts(authority)
        lines = {name: (accounts[name], len(line)) for name, line in lane.lines.items()}
        mine = _before(lines, person, lane.lines[person].index(item), step)
        lanes = {name: (self._authorities[name], found.waiting) for name, found in self._lanes.items()}
        return _before(lanes, authority, mine, step) + 1

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

    def set_aside(self, authority: UUID | None, person: UUID, tokens: int) -> None:
        """A request goes to a model now; `tokens` (see `cost`) are what it is expected to use."""
        self._authorities.set_aside(authority, tokens)
        self._accounts(authority).set_aside(person, tokens)

    def charge(self, authority: UUID | None, person: UUID, used: int, aside: int = 0) -> None:
        """A request has ended: `used` counts in place of what was set `aside` for it."""
        self._authorities.charge(authority, used, aside)
        self._accounts(authority).charge(person, used, aside)

    def _accounts(self, authority: UUID | None) -> Accounts:
        found = self._persons.get(authority)
        if found is None:
            found = self._persons[authority] = Accounts()
        return found
