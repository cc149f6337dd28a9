# SPDX-License-Identifier: EUPL-1.2
"""Many who ask the same at once cost one question; failures and people who leave harm nobody else."""

import asyncio

import pytest

from genius_gateway.single_flight import SingleFlight


class Source:
    def __init__(self, failure: Exception | None = None) -> None:
        self.asked = 0
        self.failure = failure
        self.open = asyncio.Event()

    async def ask(self) -> int:
        self.asked += 1
        await self.open.wait()
        if self.failure is not None:
            raise self.failure
        return self.asked


async def test_waiters_share_one_answer_and_the_next_asks_anew() -> None:
    source, flight = Source(), SingleFlight[str, int]()
    waiting = [asyncio.create_task(flight.do("a", source.ask)) for _ in range(100)]
    await asyncio.sleep(0)
    source.open.set()
    assert await asyncio.gather(*waiting) == [1] * 100
    assert await flight.do("a", source.ask) == 2


async def test_keys_are_apart() -> None:
    source, flight = Source(), SingleFlight[str, int]()
    source.open.set()
    await asyncio.gather(*(flight.do(key, source.ask) for key in "abc"))
    assert source.asked == 3


async def test_a_failure_reaches_all_and_is_not_kept() -> None:
    source, flight = Source(LookupError()), SingleFlight[str, int]()
    source.open.set()
    results = await asyncio.gather(*(flight.do("a", source.ask) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [LookupError] * 5
    source.failure = None
    assert await flight.do("a", source.ask) == 2


@pytest.mark.parametrize("leaving", [[0], [1, 2], [0, 1, 2]])
async def test_who_leaves_disturbs_no_other(leaving: list[int]) -> None:
    """Also the first one, whose call it was; and a failure that nobody waits for is no noise."""
    source, flight = Source(LookupError() if len(leaving) == 3 else None), SingleFlight[str, int]()
    waiting = [asyncio.create_task(flight.do("a", source.ask)) for _ in range(3)]
    await asyncio.sleep(0)
    for index in leaving:
        waiting[index].cancel()
    source.open.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    for index, result in enumerate(results):
        assert isinstance(result, asyncio.CancelledError) if index in leaving else result == 1
    assert source.asked == 1
