# SPDX-License-Identifier: EUPL-1.2
"""The log in memory: ids, followers, and who may stop a run."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.events import Cancelled, Done, RunStarted, Status, TextDelta
from genius_gateway.runs.draft import Draft, may_start_again
from genius_gateway.runs.live import BLOCK, Hub, LiveRun, LoggedEvent


def live(reserved: int = BLOCK, saved: int = 1) -> LiveRun:
    run = uuid4()
    return LiveRun(
        run,
        detached=False,
        reserved=reserved,
        saved=[LoggedEvent.of(RunStarted(), run, seq) for seq in range(1, saved + 1)],
    )


def publish(log: LiveRun, count: int) -> list[LoggedEvent]:
    events = [log.number(TextDelta(text=str(number))) for number in range(count)]
    for event in events:
        log.publish(event)
    return events


def test_ids_go_on_after_what_is_saved() -> None:
    assert live().number(Cancelled()).seq == 2


def test_a_second_attempt_starts_above_the_first_ones_block() -> None:
    """Its process may have shown events up to 1,000 that were never saved."""
    assert live(reserved=2 * BLOCK, saved=3).number(Cancelled()).seq == BLOCK + 1


def test_nothing_is_numbered_beyond_the_reserved_block() -> None:
    log = live(saved=BLOCK)
    assert log.block_used_up
    with pytest.raises(RuntimeError):
        log.number(Cancelled())
    log.take_block(5 * BLOCK)  # others may have reserved in between: gaps are allowed
    assert log.number(Cancelled()).seq == 4 * BLOCK + 1


@given(count=st.integers(0, 30), after=st.integers(0, 40))
def test_a_follower_gets_exactly_what_follows(count: int, after: int) -> None:
    log = live()
    publish(log, count)
    assert [event.seq for event in log.events(after)] == [seq for seq in range(1, count + 2) if seq > after]


async def test_waiting_ends_with_the_next_event_or_the_timeout() -> None:
    log = live()
    waiting = [asyncio.create_task(log.wait(1, 5)) for _ in range(3)]
    await asyncio.sleep(0)
    published = publish(log, 1)
    assert [await task for task in waiting] == [published] * 3
    assert await log.wait(2, 0.01) == []


async def test_followers_of_a_lost_run_stop_waiting_for_it() -> None:
    log, hub = live(), Hub()
    hub.add(log)
    waiting = asyncio.create_task(log.wait(1, 5))
    await asyncio.sleep(0)
    log.stop("cancelled")
    assert hub.get(log.run) is log
    log.stop("lost")
    assert await waiting == []
    assert hub.get(log.run) is None
    assert log.stop_reason == "lost"


def test_the_first_reason_to_stop_stands() -> None:
    log = live()
    log.stop("cancelled")
    log.stop("abandoned")
    assert log.stop_reason == "cancelled"


def test_only_unsaved_events_wait_for_the_writer() -> None:
    log = live()
    first = publish(log, 2)
    log.publish(log.number(Done(result={})), saved=True)
    assert log.unsaved == first


def test_alone_only_without_followers() -> None:
    log = live()
    log.joined()
    assert log.alone_s == 0.0
    log.left()
    assert log.alone_s >= 0.0
    assert log._followers == 0


def test_a_frame_carries_id_and_type() -> None:
    run = uuid4()
    frame = LoggedEvent.of(TextDelta(text="ä"), run, 7).frame()
    assert (
        frame
        == f'id: 7\nevent: text.delta\ndata: {{"type":"text.delta","run":"{run}","seq":7,"text":"ä"}}\n\n'.encode()
    )


def test_only_silent_events_allow_a_new_start() -> None:
    assert may_start_again(Status(phase="searching"))
    assert not may_start_again(TextDelta(text="x"))
    assert not may_start_again(Done(result={}))


def test_a_draft_gathers_text_and_usage() -> None:
    run = uuid4()
    events = [TextDelta(text="a"), TextDelta(text="b")]
    draft = Draft(LoggedEvent.of(event, run, number) for number, event in enumerate(events, 1))
    assert draft.partial_result() == {"text": "ab", "citations": []}
    draft.add(LoggedEvent.of(Done(result={"text": "c", "citations": [], "mode": "template"}), run, 3))
    assert (draft.text, draft.mode) == ("c", "template")
    assert Draft().partial_result() is None
