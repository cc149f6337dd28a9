# SPDX-License-Identifier: EUPL-1.2
"""The queue between a run and its reader: bounded, complete, with one end."""

import asyncio
from uuid import UUID

import pytest

from genius_common.contracts.modules import Limits
from genius_common.events import Cancelled, Event, TextDelta
from genius_common.http import ServiceClient, create_session
from genius_common.principal import Principal
from genius_modules.chat.module import Chat
from genius_modules.chat.schemas import ChatInput
from genius_modules.clients.inference import InferenceClient
from genius_modules.clients.retrieval import RetrievalClient
from genius_modules.context import RunContext, RunToken
from genius_modules.metrics import Metrics
from genius_modules.runner import ActiveRun, Runner


async def read(active: ActiveRun) -> list[Event]:
    found: list[Event] = []
    while events := await active.take():
        found += events
    return found


@pytest.mark.parametrize("count", [0, 1, 255, 256])
async def test_an_end_comes_after_everything_that_was_put(count: int) -> None:
    """A cancelled run loses nothing of what it has said, also when its reader is slow."""
    active = ActiveRun(UUID(int=1))
    for number in range(count):
        await active.put(TextDelta(text=str(number)))
    active.end(Cancelled())
    events = await read(active)
    assert [event.text for event in events[:-1] if event.type == "text.delta"] == [str(n) for n in range(count)]
    assert events[-1] == Cancelled()
    assert await active.take() == []


async def test_a_waiting_reader_is_woken_by_the_end() -> None:
    active = ActiveRun(UUID(int=1))
    reading = asyncio.create_task(read(active))
    await asyncio.sleep(0)
    active.end(Cancelled())
    assert await asyncio.wait_for(reading, 1) == [Cancelled()]


async def test_a_slow_reader_holds_the_run_back() -> None:
    active = ActiveRun(UUID(int=1))

    async def produce() -> None:
        for number in range(300):
            await active.put(TextDelta(text=str(number)))
        active.end(Cancelled())

    producing = asyncio.create_task(produce())
    await asyncio.sleep(0.01)
    assert not producing.done()
    assert len(await read(active)) == 301
    await producing


async def test_a_run_cancelled_before_its_first_step_ends_too() -> None:
    module = Chat()
    runner = Runner(Metrics(["chat"]), 10)
    async with create_session() as session:
        principal = Principal(subject=UUID(int=1), tenant="test", authority=None)
        ctx = RunContext(
            run=UUID(int=2),
            principal=principal,
            token=RunToken("x", principal, ServiceClient(session, "http://127.0.0.1:9", "x")),
            inference=InferenceClient(session, "http://127.0.0.1:9", 1),
            retrieval=RetrievalClient(session, "http://127.0.0.1:9"),
            deadline=5,
            limits=Limits(),
        )
        active = runner.start(module, ctx, ChatInput(message="Hallo"))
        active.cancel()
        assert await asyncio.wait_for(read(active), 1) == [Cancelled()]
        assert runner.active == 0
