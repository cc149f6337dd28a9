# SPDX-License-Identifier: EUPL-1.2
"""Following a run that executes in this process: order, resumption, ends, and what a closed connection leaves."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genius_common.events import Cancelled, Done, ErrorEvent, Event, Status, TextDelta
from genius_common.sse import Decoder
from genius_gateway.runs.follow import Follower
from genius_gateway.runs.live import Hub, LiveRun, LoggedEvent
from genius_gateway.runs.stream import EventStream, wait_for_end

from .parts import OWNER, Wire, following, live_run, publish

DONE = Done(result={"text": "ab"})
ENDS: list[Event] = [DONE, Cancelled(), ErrorEvent(code="x", detail="y")]


def hub_with(live: LiveRun) -> Hub:
    hub = Hub()
    hub.add(live)
    return hub


async def all_of(follower: Follower) -> list[LoggedEvent]:
    found: list[LoggedEvent] = []
    while not follower.ended:
        found += await follower.next(1)
    return found


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.type)
async def test_a_follower_ends_with_the_final_event(end: Event) -> None:
    live = live_run()
    published = publish(live, [Status(phase="searching"), TextDelta(text="a"), end])
    async with following(hub_with(live)).open(live.run, OWNER, 0) as follower:
        assert (await all_of(follower))[1:] == published
        assert follower.after == published[-1].seq
        assert await follower.next(60) == []  # at once, not after a minute


async def test_silence_is_no_end() -> None:
    live = live_run()
    async with following(hub_with(live)).open(live.run, OWNER, 1) as follower:
        assert await follower.next(0.01) == []
        assert not follower.ended
        assert follower.after == 1


@settings(max_examples=40)
@given(splits=st.lists(st.integers(1, 4), max_size=8), resume=st.integers(0, 20))
async def test_whoever_comes_when_gets_each_event_once_and_in_order(splits: list[int], resume: int) -> None:
    """REL-02: events come in bursts; a reader joins after event `resume` and again after each answer."""
    live = live_run()
    hub = hub_with(live)
    seen: list[int] = []
    bursts = [[TextDelta(text=str(size))] * size for size in splits] + [[DONE]]
    for burst in bursts:
        publish(live, burst)
        async with following(hub).open(live.run, OWNER, max([resume, *seen])) as follower:
            seen += [event.seq for event in await follower.next(0.001)]
    last = live.last_seq
    assert seen == list(range(resume + 1, last + 1))


async def test_followers_wait_side_by_side() -> None:
    live = live_run()
    follow = following(hub_with(live))

    async def one(after: int) -> list[int]:
        async with follow.open(live.run, OWNER, after) as follower:
            return [event.seq for event in await all_of(follower)]

    waiting = [asyncio.create_task(one(after)) for after in (0, 1, 2)]
    for event in (TextDelta(text="a"), TextDelta(text="b"), DONE):
        await asyncio.sleep(0)
        publish(live, [event])
    assert await asyncio.gather(*waiting) == [[1, 2, 3, 4], [2, 3, 4], [3, 4]]


async def test_a_run_counts_who_follows_it() -> None:
    """REL-05: also a reader that was torn down in the middle of waiting has left."""
    live = live_run()
    follow = following(hub_with(live))
    await asyncio.sleep(0.2)
    assert live.alone_s > 0.1

    async def forever() -> None:
        async with follow.open(live.run, OWNER, 1) as follower:
            await follower.next(60)

    async with follow.open(live.run, OWNER, 0):
        assert live.alone_s == 0
        torn = asyncio.create_task(forever())
        await asyncio.sleep(0.001)
        torn.cancel()
        await asyncio.gather(torn, return_exceptions=True)
        assert live.alone_s == 0
    assert 0 <= live.alone_s < 0.1  # counted from now on
    await asyncio.sleep(0.002)
    assert live.alone_s > 0


async def test_a_lost_run_is_looked_for_in_the_table() -> None:
    """Its database is away here: the stream stays open and silent, it neither ends nor fails (REL-06)."""
    live = live_run()
    hub = hub_with(live)
    publish(live, [TextDelta(text="a")])
    async with following(hub).open(live.run, OWNER, 2) as follower:
        waiting = asyncio.create_task(follower.next(0.05))
        await asyncio.sleep(0.001)
        live.stop("lost")
        assert await waiting == []
        assert not follower.ended


def stream_of(live: LiveRun, stopping: asyncio.Event | None = None, after: int = 0) -> EventStream:
    opened = following(hub_with(live)).open(live.run, OWNER, after)
    return EventStream(opened, stopping or asyncio.Event(), {"location": "/api/v1/runs/x"})


async def test_the_stream_is_the_log() -> None:
    live, wire = live_run(), Wire()
    serving = asyncio.create_task(stream_of(live)({}, wire.receive, wire.send))
    for event in (TextDelta(text="ä\n\ndata: x"), TextDelta(text="\u2028"), DONE):
        await asyncio.sleep(0)
        publish(live, [event])
    await serving
    assert wire.complete
    assert wire.sent[0]["status"] == 200
    headers = dict(wire.sent[0]["headers"])
    assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert (headers[b"cache-control"], headers[b"location"]) == (b"no-store", b"/api/v1/runs/x")
    frames = Decoder().feed(wire.body)
    assert [(int(frame.id or 0), frame.event, frame.json()) for frame in frames] == [
        (event.seq, event.type, event.data) for event in live.events()
    ]


@pytest.mark.parametrize("cause", ["client gone", "process stops"])
async def test_a_stream_ends_early_without_ending_the_run(cause: str) -> None:
    live, wire, stopping = live_run(), Wire(), asyncio.Event()
    serving = asyncio.create_task(stream_of(live, stopping)({}, wire.receive, wire.send))
    await asyncio.sleep(0.002)
    (wire.gone if cause == "client gone" else stopping).set()
    publish(live, [TextDelta(text="a")])
    await asyncio.wait_for(serving, 2)
    assert wire.complete
    assert live.stop_reason is None
    assert b"event: done" not in wire.body


async def test_a_slow_reader_holds_up_nobody() -> None:
    """GW-05: what it missed comes in one piece; the run and other readers go on meanwhile."""
    live, slow, quick = live_run(), Wire(), Wire()
    slow.slow.clear()
    both = [asyncio.create_task(stream_of(live)({}, wire.receive, wire.send)) for wire in (slow, quick)]
    await asyncio.sleep(0.001)
    publish(live, [TextDelta(text=str(number)) for number in range(500)] + [DONE])
    await asyncio.wait_for(both[1], 2)
    assert quick.complete
    assert slow.sent == []
    slow.slow.set()
    await asyncio.wait_for(both[0], 2)
    assert slow.body == quick.body
    assert len(slow.sent) < 10


async def test_silence_is_filled_with_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genius_common.sse.HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr("genius_gateway.runs.stream._LOOK_S", 0.01)
    live, wire = live_run(), Wire()
    serving = asyncio.create_task(stream_of(live)({}, wire.receive, wire.send))
    await wire.until(lambda: wire.body.count(b": heartbeat\n\n") == 2)
    publish(live, [DONE])
    await serving
    assert [frame.event for frame in Decoder().feed(wire.body)] == ["run.started", "done"]


@pytest.mark.parametrize(("cause", "whole"), [("end", True), ("gone", False), ("stopping", False)])
async def test_waiting_for_the_end_says_whether_it_came(
    monkeypatch: pytest.MonkeyPatch, cause: str, whole: bool
) -> None:
    monkeypatch.setattr("genius_gateway.runs.stream._LOOK_S", 0.01)
    live, wire, stopping = live_run(), Wire(), asyncio.Event()
    async with following(hub_with(live)).open(live.run, OWNER, 0) as follower:
        waiting = asyncio.create_task(wait_for_end(follower, wire.receive, stopping))
        await asyncio.sleep(0.002)
        assert not waiting.done()
        {"end": lambda: publish(live, [DONE]), "gone": wire.gone.set, "stopping": stopping.set}[cause]()
        assert await asyncio.wait_for(waiting, 1) is whole


async def test_two_runs_do_not_mix() -> None:
    """TEN-13: a follower gets the events of its run only."""
    mine, other, hub = live_run(), live_run(), Hub()
    hub.add(mine)
    hub.add(other)
    publish(other, [TextDelta(text="fremd"), DONE])
    publish(mine, [TextDelta(text="eigen"), DONE])
    async with following(hub).open(mine.run, OWNER, 1) as follower:
        assert [event.data["run"] for event in await all_of(follower)] == [str(mine.run)] * 2
    hub.remove(live_run(run=mine.run))  # another attempt at the same run takes nothing away
    assert hub.get(mine.run) is mine
    hub.remove(mine)
    assert hub.get(mine.run) is None
    assert hub.all() == [other]
