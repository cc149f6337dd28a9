# SPDX-License-Identifier: EUPL-1.2
"""Lets requests wait until a replica has room, and go in fair order; the backlog stays here, not in the server."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from uuid import UUID

from genius_common.upstream.events import Usage
from genius_inference.errors import DeadlinePassed, QueueFull, QueueTooLong, TooManyWaiting
from genius_inference.fair_queue.order import FairOrder, cost
from genius_inference.fair_queue.pace import Pace
from genius_inference.replicas.balancer import choose
from genius_inference.replicas.replica import Replica
from genius_inference.settings import QueueSettings

_LOOK_AGAIN_S = 0.2
_TELL_AFTER_S, _TELL_EVERY_S = 0.5, 1.0
"""Who asked for the place in the queue hears of it when it has waited so long, and then whenever it has changed."""
_BULK_TURN = 8
"""Of so many requests one is of the bulk class, where both classes wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a request asks for. `tokens` are an upper bound of its prompt, `output_tokens` what it may produce at most.

    `deadline_s`: the caller gives up after so many seconds. `affinity`: a digest of the request's beginning.
    """

    authority: UUID | None
    person: UUID
    tokens: int
    output_tokens: int | None = None
    affinity: bytes = b""
    bulk: bool = False
    deadline_s: float | None = None


Tell = Callable[[int], Awaitable[None]]
"""Is told a place in the queue, 1 = next."""


class Place:
    """A place at a replica. Leave the block to give it back; `settle` before that with what was really used."""

    __slots__ = ("_aside", "_gate", "_pool", "_usage", "demand", "replica")

    def __init__(self, gate: Gate, pool: Pool, demand: Demand, replica: Replica, aside: int) -> None:
        self._gate = gate
        self._pool = pool
        self._aside = aside
        self._usage: Usage | None = None
        self.demand = demand
        self.replica = replica

    def settle(self, usage: Usage | None) -> None:
        """None: nothing is known of it; then what was set aside at the start stays charged."""
        self._usage = usage

    @property
    def alone(self) -> bool:
        """Whether no other replica could do it."""
        return all(replica is self.replica or replica.breaker.room == 0 for replica in self._pool.replicas)

    def move(self, without: set[Replica]) -> bool:
        """Go to another replica that is not in `without`, full or not: this request has waited its turn already.

        To one that is trusted where there is such a one. Else one that has just come back, or whose breaker is open,
        is tried all the same: a request is worth more than the guess that it will fail.
        """
        left = [replica for replica in self._pool.replicas if replica not in without]
        others = [replica for replica in left if replica.breaker.room > 0] or left
        if not others:
            return False
        self.replica.leave(self.demand.tokens)
        self.replica = min(others, key=lambda replica: replica.load)
        self.replica.take(self.demand.tokens)
        return True

    def __enter__(self) -> Place:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gate.leave(self._pool, self, self._aside, self._usage)


class _Waiting:
    """A request in the queue."""

    __slots__ = ("demand", "place")

    def __init__(self, demand: Demand, place: asyncio.Future[Place]) -> None:
        self.demand = demand
        self.place = place


class Pool:
    """The replicas of one model and who waits for them, in two classes."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        self.replicas = tuple(replicas)
        self.interactive: FairOrder[_Waiting] = FairOrder()
        self.bulk: FairOrder[_Waiting] = FairOrder()
        self.pace = Pace()
        self.since_bulk = 0

    @property
    def waiting(self) -> int:
        return self.interactive.waiting + self.bulk.waiting

    def order(self, demand: Demand) -> FairOrder[_Waiting]:
        return self.bulk if demand.bulk else self.interactive

    @property
    def room(self) -> int:
        trusted = any(replica.breaker.room for replica in self.replicas)
        return sum(replica.room(trusted=trusted) for replica in self.replicas)

    @property
    def kept_free(self) -> int:
        """Places that bulk work leaves to people: a tenth, where there is more than one."""
        slots = sum(replica.slots for replica in self.replicas)
        return max(slots // 10, 1) if slots > 1 else 0


class Gate:
    """One per process. A request enters, waits if it must, and gets a `Place`."""

    def __init__(self, settings: QueueSettings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._pools: dict[str, Pool] = {}
        self._in_flight: Counter[UUID | None] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def offer(self, model: str, replicas: Sequence[Replica]) -> None:
        """`replicas` serve `model` from now on; who waits for it keeps its place."""
        pool = self._pools.get(model)
        if pool is None:
            self._pools[model] = Pool(replicas)
        elif pool.replicas != tuple(replicas):
            pool.replicas = tuple(replicas)

    @property
    def in_flight(self) -> int:
        return self._in_flight.total()

    @property
    def waiting(self) -> int:
        return sum(pool.waiting for pool in self._pools.values())

    @property
    def slots(self) -> int:
        return sum(replica.slots for replica in {r for pool in self._pools.values() for r in pool.replicas})

    def by_authority(self) -> dict[str, int]:
        """Requests at a model now, by authority; people without one are not in it."""
        return {str(authority): n for authority, n in self._in_flight.items() if authority}

    async def enter(self, model: str, demand: Demand, tell: Tell | None = None) -> Place:
        """A place for `demand`, at once or when its turn has come; `tell` is called with the place in the queue.

        Raises: TooManyWaiting, QueueFull, QueueTooLong, DeadlinePassed, each with the seconds after which it is
        worth to come again.
        """
        pool = self._pools[model]
        if not pool.waiting and (found := self._place(pool, demand)):
            return found
        self._require_room(pool, demand)
        return await self._wait(pool, demand, tell)

    def _require_room(self, pool: Pool, demand: Demand) -> None:
        settings = self._settings
        expected = pool.pace.seconds_for(pool.waiting + 1)
        again = max(min(math.ceil(expected), 60), 1)
        if pool.order(demand).waiting_of(demand.authority) >= settings.waiting_per_authority:
            raise TooManyWaiting(retry_after=again)
        if pool.waiting >= settings.waiting:
            raise QueueFull(retry_after=again)
        if demand.deadline_s is not None and expected > demand.deadline_s:
            raise QueueTooLong(retry_after=again)

    async def _wait(self, pool: Pool, demand: Demand, tell: Tell | None) -> Place:
        waiting = _Waiting(demand, asyncio.get_running_loop().create_future())
        order = pool.order(demand)
        order.put(demand.authority, demand.person, waiting)
        self._look_again()
        longest = self._settings.longest_wait_s
        place: Place | None = None
        try:
            async with asyncio.timeout(min(longest, demand.deadline_s or longest)):
                if tell is not None:
                    await self._telling(pool, waiting, tell)
                place = await waiting.place
        except TimeoutError:
            again = math.ceil(pool.pace.seconds_for(pool.waiting))
            raise DeadlinePassed(retry_after=max(min(again, 60), 1)) from None
        finally:
            if place is None:
                self._give_up(order, waiting)
        return place

    async def _telling(self, pool: Pool, waiting: _Waiting, tell: Tell) -> None:
        """Until its turn has come."""
        told, pause_s = 0, _TELL_AFTER_S
        while True:
            await asyncio.wait((waiting.place,), timeout=pause_s)
            if waiting.place.done():
                return
            pause_s = _TELL_EVERY_S
            if (position := self._position(pool, waiting)) != told:
                told = position
                await tell(position)

    def _position(self, pool: Pool, waiting: _Waiting) -> int:
        """Of a request of the bulk class at worst: as if all people who wait went before it."""
        demand = waiting.demand
        step = max(cost(demand.tokens, pool.pace.output(demand.output_tokens)), 1)
        place = pool.order(demand).place(demand.authority, demand.person, waiting, step)
        return place + (pool.interactive.waiting if demand.bulk else 0)

    def _give_up(self, order: FairOrder[_Waiting], waiting: _Waiting) -> None:
        demand = waiting.demand
        waits_still = order.remove(demand.authority, demand.person, waiting)
        if not waits_still and not waiting.place.cancelled():
            # Its turn came in the very moment in which the caller went: nobody else will leave the place.
            with waiting.place.result():
                pass

    def _place(self, pool: Pool, demand: Demand) -> Place | None:
        """A place now; None where there is no room for it."""
        if not self._may(demand.authority) or (demand.bulk and pool.room <= pool.kept_free):
            return None
        replica = choose(pool.replicas, demand.affinity, demand.tokens, without=set())
        if replica is None:
            return None
        aside = cost(demand.tokens, pool.pace.output(demand.output_tokens))
        pool.order(demand).set_aside(demand.authority, demand.person, aside)
        replica.take(demand.tokens)
        self._in_flight[demand.authority] += 1
        return Place(self, pool, demand, replica, aside)

    def _may(self, authority: UUID | None) -> bool:
        return self._in_flight[authority] < self._settings.in_flight_per_authority

    def leave(self, pool: Pool, place: Place, aside: int, usage: Usage | None) -> None:
        """Give a place back and let the next ones go (called by the place)."""
        demand = place.demand
        place.replica.leave(demand.tokens)
        self._in_flight[demand.authority] -= 1
        if not self._in_flight[demand.authority]:
            del self._in_flight[demand.authority]
        used = aside
        if usage is not None:
            pool.pace.produced(usage.output_tokens)
            used = cost(usage.input_tokens, usage.output_tokens)
        pool.order(demand).charge(demand.authority, demand.person, used, aside)
        pool.pace.left(self._clock())
        if self.waiting:
            # A server may serve several models, and a place at it may be what another model's queue waits for.
            for other in self._pools.values():
                self._go_on(other)

    def _go_on(self, pool: Pool) -> None:
        while pool.waiting and pool.room:
            found = self._next(pool)
            if found is None:
                return
            if found.place.done():
                continue  # its caller has gone in this moment
            place = self._place(pool, found.demand)
            assert place is not None
            found.place.set_result(place)

    def _next(self, pool: Pool) -> _Waiting | None:
        """People first; of eight one of the bulk class, and all that is left while no person waits."""
        bulk_may = pool.bulk.waiting > 0 and pool.room > pool.kept_free
        bulk_turn = bulk_may and (pool.since_bulk >= _BULK_TURN - 1 or not pool.interactive.waiting)
        found = pool.bulk.take(self._may) if bulk_turn else None
        if found is not None:
            pool.since_bulk = 0
            return found
        found = pool.interactive.take(self._may)
        if found is not None:
            pool.since_bulk += 1
        elif bulk_may:
            found = pool.bulk.take(self._may)
        return found

    def _look_again(self) -> None:
        """While somebody waits: room also appears without a departure (a replica is tried again, vLLM's queue ends)."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LOOK_AGAIN_S, self._looked)

    def _looked(self) -> None:
        self._timer = None
        for pool in self._pools.values():
            self._go_on(pool)
        if self.waiting:
            self._look_again()
