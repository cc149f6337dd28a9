# SPDX-License-Identifier: EUPL-1.2
"""The fair queue: who goes next, who waits, who is refused, and that no place is ever lost."""

import asyncio
import random
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.upstream.client import UpstreamClient
from genius_common.upstream.events import Usage
from genius_inference.errors import DeadlinePassed, QueueFull, QueueTooLong, TooManyWaiting
from genius_inference.fair_queue.gate import Demand, Gate, Place
from genius_inference.fair_queue.order import FairOrder, cost
from genius_inference.replicas.replica import Replica
from genius_inference.replicas.report import parse
from genius_inference.settings import QueueSettings

FLOOD, QUIET = UUID(int=1), UUID(int=2)


def anyone(_: UUID | None) -> bool:
    return True


def person(number: int) -> UUID:
    return UUID(int=1000 + number)


def jain(shares: list[float]) -> float:
    """Jain's index of fairness: 1 = all equal."""
    return sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares))


def test_backlogged_authorities_get_equal_tokens() -> None:
    """LLM-10: whatever sizes their requests have, and however many each sends (Jain >= 0.99)."""
    chance, order = random.Random(3), FairOrder[tuple[UUID, int]]()
    authorities = [UUID(int=number) for number in range(1, 11)]
    for authority in authorities:
        for _ in range(3000 // authority.int):
            tokens = chance.randint(50, 300) * authority.int
            order.put(authority, person(0), (authority, tokens))
    served: Counter[UUID] = Counter()
    while all(order.waiting_of(authority) for authority in authorities):
        item = order.take(anyone)
        assert item is not None
        served[item[0]] += item[1]
        order.charge(item[0], person(0), item[1])
    assert jain([float(served[authority]) for authority in authorities]) >= 0.99


def test_inside_an_authority_persons_take_turns() -> None:
    order = FairOrder[str]()
    for n in range(5):
        order.put(FLOOD, person(1), f"viel {n}")
    order.put(FLOOD, person(2), "eins")
    first = order.take(anyone)
    order.charge(FLOOD, person(1), 100)
    assert (first, order.take(anyone)) == ("viel 0", "eins")


def test_who_was_away_has_saved_nothing_up() -> None:
    """Ten requests of one served while the other was idle; then both take turns, the idle one does not get ten."""
    order = FairOrder[UUID]()
    order.put(QUIET, person(2), QUIET)
    assert order.take(anyone) == QUIET
    order.charge(QUIET, person(2), 10)
    for _ in range(20):
        order.put(FLOOD, person(1), FLOOD)
    for _ in range(10):
        order.take(anyone)
        order.charge(FLOOD, person(1), 100)
    for _ in range(10):
        order.put(QUIET, person(2), QUIET)
    seen = []
    for _ in range(10):
        item = order.take(anyone)
        assert item is not None
        seen.append(item)
        order.charge(item, person(1 if item == FLOOD else 2), 100)
    assert seen.count(QUIET) == 5


def test_nobody_waits_for_what_is_only_set_aside() -> None:
    """LLM-10: sixty requests of one are at the model, with much set aside and little used; who comes now is next."""
    order = FairOrder[UUID]()
    for _ in range(80):
        order.put(FLOOD, person(1), FLOOD)
    for _ in range(60):
        assert order.take(anyone) == FLOOD
        order.set_aside(FLOOD, person(1), 600)
    for _ in range(20):
        order.put(QUIET, person(2), QUIET)
    for _ in range(30):
        order.charge(FLOOD, person(1), 10, 600)
    seen = []
    for _ in range(10):
        item = order.take(anyone)
        assert item is not None
        seen.append(item)
        order.set_aside(item, person(1 if item == FLOOD else 2), 600)
    assert seen == [QUIET] * 10, "thirty of the other are still at the model"


@given(st.lists(st.tuples(st.sampled_from("ptr"), st.integers(0, 3), st.integers(0, 3)), max_size=60))
def test_every_item_comes_out_once(steps: list[tuple[str, int, int]]) -> None:
    """LLM-10: put, take and remove in any order lose nothing and give nothing twice."""
    order, inside, number = FairOrder[int](), {}, 0
    for step, authority, who in steps:
        if step == "p":
            number += 1
            inside[number] = (UUID(int=authority), person(who))
            order.put(*inside[number], number)
        elif step == "t":
            taken = order.take(anyone)
            assert (taken is None) == (not inside)
            if taken is not None:
                order.charge(*inside.pop(taken), 10)
        elif inside:
            item = min(inside)
            assert order.remove(*inside.pop(item), item)
            assert not order.remove(UUID(int=authority), person(who), item)
        assert order.waiting == len(inside)


def demand(authority: UUID = FLOOD, who: int = 1, **values: object) -> Demand:
    return Demand(authority=authority, person=person(who), tokens=100, **values)  # type: ignore[arg-type]


class Desk:
    """A gate with one replica of so many slots."""

    def __init__(self, slots: int, **settings: object) -> None:
        self.clock = asyncio.get_running_loop().time
        self.gate = Gate(QueueSettings(**settings), self.clock)  # type: ignore[arg-type]
        client = UpstreamClient("http://127.0.0.1:9/v1")
        self.replica = Replica("http://127.0.0.1:9/v1", client, slots, self.clock)
        self.gate.offer("m", [self.replica])

    async def enter(self, wanted: Demand) -> Place:
        return await self.gate.enter("m", wanted)

    def waits(self, wanted: Demand) -> asyncio.Task[Place]:
        return asyncio.create_task(self.enter(wanted))


async def settled() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_the_flood_waits_and_the_other_goes_next() -> None:
    """LLM-10: one place; fifty requests of one authority wait when one of another comes: it is the second to go."""
    desk = Desk(1)
    first = await desk.enter(demand())
    flood = [desk.waits(demand()) for _ in range(50)]
    await settled()
    other = desk.waits(demand(QUIET, 2))
    await settled()
    first.settle(Usage(100, 50))
    with first:
        pass
    await settled()
    went = [task for task in flood if task.done()]
    for task in went:
        with task.result():
            pass
    await settled()
    assert len(went) <= 1
    assert other.done()
    with other.result():
        pass
    for task in flood:
        if task not in went:
            with await task:
                pass
    assert (desk.gate.in_flight, desk.gate.waiting, desk.replica.requests, desk.replica.tokens) == (0, 0, 0, 0)


async def test_people_go_before_bulk_work_and_bulk_work_goes_on() -> None:
    desk = Desk(1)
    place = await desk.enter(demand())
    order: list[str] = []

    async def run(kind: str, wanted: Demand) -> None:
        with await desk.enter(wanted):
            order.append(kind)
            await asyncio.sleep(0)

    bulk = [asyncio.create_task(run("bulk", demand(bulk=True))) for _ in range(3)]
    await settled()
    people = [asyncio.create_task(run("person", demand(QUIET, 2))) for _ in range(16)]
    await settled()
    with place:
        pass
    await asyncio.gather(*bulk, *people)
    assert order[:7] == ["person"] * 7
    assert order.index("bulk") in (7, 8), "one of eight is bulk work while people wait"
    assert len(order) == 19


async def test_bulk_work_leaves_places_free() -> None:
    desk = Desk(10)
    taken = [await desk.enter(demand(bulk=True)) for _ in range(9)]
    tenth = desk.waits(demand(bulk=True))
    await settled()
    assert not tenth.done()
    with await desk.enter(demand(QUIET, 2)):
        pass
    for place in taken:
        with place:
            pass
    with await tenth:
        pass
    assert desk.gate.in_flight == 0


@pytest.mark.parametrize(
    ("settings", "values", "error"),
    [
        ({"waiting_per_authority": 1}, {}, TooManyWaiting),
        ({"waiting": 1}, {}, QueueFull),
        ({}, {"deadline_s": 0.01}, QueueTooLong),
    ],
)
async def test_who_can_not_wait_is_told_when_to_come_again(
    settings: dict[str, object], values: dict[str, object], error: type[QueueFull]
) -> None:
    """REL-07: refused at once, typed, with the seconds; nothing waits in vain."""
    desk = Desk(1, **settings)
    place = await desk.enter(demand())
    waiting = desk.waits(demand())
    await settled()
    with pytest.raises(error) as refused:
        await desk.enter(demand(**values))
    assert refused.value.retry_after is not None
    assert 1 <= refused.value.retry_after <= 60
    with place:
        pass
    with await waiting:
        pass


async def test_a_wait_ends_at_its_bound() -> None:
    desk = Desk(1, longest_wait_s=0.05)
    with await desk.enter(demand()):
        with pytest.raises(DeadlinePassed):
            await desk.enter(demand())
        assert desk.gate.waiting == 0


async def test_a_thousand_cancelled_at_random_moments_leave_nothing() -> None:
    """REL-05: a caller that goes while it waits, or in the moment in which its turn comes, leaves no place taken."""
    desk, chance = Desk(3), random.Random(7)

    async def one(number: int) -> None:
        with await desk.enter(demand(UUID(int=number % 5), number % 7, bulk=number % 4 == 0)):
            await asyncio.sleep(chance.random() * 0.002)

    tasks = []
    for number in range(1000):
        tasks.append(asyncio.create_task(one(number)))
        if chance.random() < 0.3:
            await asyncio.sleep(0)
        if chance.random() < 0.5:
            chance.choice(tasks).cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (desk.gate.in_flight, desk.gate.waiting, desk.replica.requests, desk.replica.tokens) == (0, 0, 0, 0)
    with await desk.enter(demand()):
        pass


async def test_vllms_own_queue_stays_short() -> None:
    """Where vLLM says that more than three wait inside it, ours holds the rest back, and goes on when they are gone."""
    desk = Desk(10)
    desk.replica.report = parse(b'vllm:num_requests_running{model_name="m"} 8.0\nvllm:num_requests_waiting 4.0\n')
    waiting = desk.waits(demand())
    await settled()
    assert not waiting.done()
    desk.replica.report = parse(b"vllm:num_requests_waiting 0.0\n")
    with await asyncio.wait_for(waiting, 2):
        pass


def test_an_output_token_counts_twice() -> None:
    assert cost(10, 5) == 20


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.sampled_from([(0, 0), (0, 500), (300, 0), (1100, 0)])),
        min_size=1,
        max_size=25,
    )
)
def test_the_place_that_is_told_is_the_turn_that_comes(asked: list[tuple[int, int, tuple[int, int]]]) -> None:
    """Where every request costs the same and nobody comes in between: each is served exactly at its place."""
    order, step = FairOrder[int](), 100
    for authority, someone, (used, aside) in asked:
        order.charge(UUID(int=authority), person(someone), used)
        order.set_aside(UUID(int=authority), person(someone), aside)
    for number, (authority, someone, _) in enumerate(asked):
        order.put(UUID(int=authority), person(someone), number)
    told = {
        number: order.place(UUID(int=authority), person(someone), number, step)
        for number, (authority, someone, _) in enumerate(asked)
    }
    turns: dict[int, int] = {}
    for turn in range(1, len(asked) + 1):
        number = order.take(anyone)
        assert number is not None
        authority, someone, _ = asked[number]
        order.charge(UUID(int=authority), person(someone), step)
        turns[number] = turn
    assert told == turns
