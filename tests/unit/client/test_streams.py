# SPDX-License-Identifier: EUPL-1.2
"""Event streams: typed, whole however they are cut, never an event twice, never the run twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_client import (
    Cancelled,
    Cited,
    ConnectionFailed,
    Counted,
    Done,
    Event,
    Failed,
    Forbidden,
    ItemEnded,
    Partial,
    Started,
    Status,
    TextDelta,
    Unavailable,
    Warned,
)
from genius_client._events import EventReader
from tests.support.scripted_api import CUT, Answer, events, refusal

from .conftest import Start
from .samples import RUN

LOCATION = {"location": f"/api/v1/runs/{RUN}"}
BEGIN = (1, "run.started", {})
DONE = (9, "done", {"result": {"text": "ab"}, "usage": {}})


def delta(identifier: int, text: str) -> tuple[int, str, dict[str, Any]]:
    return identifier, "text.delta", {"text": text}


def test_every_kind_is_typed(start: Start) -> None:
    item = {"index": 0, "state": "failed", "error": {"code": "c", "detail": "d", "retryable": True}}
    frames = [
        BEGIN,
        (2, "status", {"phase": "queued", "position": 3}),
        delta(3, "a"),
        (4, "citation", {"number": 1, "quote": "q"}),
        (5, "partial", {"path": "/x", "value": [1]}),
        (6, "item", item),
        (7, "warning", {"code": "w", "detail": "d"}),
        (8, "usage", {"input_tokens": 1, "output_tokens": 2}),
        (9, "brand.new", {"x": 1}),
        (10, "done", {"result": {"text": "a"}}),
    ]
    client, _ = start(events(*frames, **LOCATION))
    found = client.read(client.stream("summarise", {}))
    kinds = [Started, Status, TextDelta, Cited, Partial, ItemEnded, Warned, Counted, Event, Done]
    assert [type(event) for event in found] == kinds
    assert (found[1].phase, found[1].position, found[2].text) == ("queued", 3, "a")
    assert (found[5].item.index, found[5].item.error.code, found[5].item.error.retryable) == (0, "c", True)
    assert found[8].raw == {"x": 1}, "a kind that this client does not know is passed on"
    assert found[9].result == {"text": "a"}


@pytest.mark.parametrize(("last", "kind"), [("cancelled", Cancelled), ("error", Failed)], ids=["cancelled", "error"])
def test_the_other_ends_end_it_too(start: Start, last: str, kind: type[Event]) -> None:
    client, api = start(events((1, last, {"code": "c", "detail": "d", "retryable": False})))
    (found,) = client.read(client.events(RUN))
    assert type(found) is kind
    assert len(api.received) == 1


def test_a_cut_stream_goes_on_after_the_last_event(start: Start) -> None:
    """Also where the platform sends an event again that was seen already."""
    client, api = start(
        events(BEGIN, delta(2, "a"), cut=True, **LOCATION),
        CUT,
        refusal(503, "gateway_stopping"),
        events(delta(2, "a"), delta(1004, "b"), (1005, *DONE[1:])),
    )
    stream = client.stream("summarise", {"text": "…"})
    found = client.read(stream)
    assert [event.id for event in found] == [1, 2, 1004, 1005]
    assert "".join(event.text for event in found if isinstance(event, TextDelta)) == "ab"
    assert [request.method for request in api.received] == ["POST", "GET", "GET", "GET"]
    assert all(request.path == f"/api/v1/runs/{RUN}/events" for request in api.received[1:])
    assert [request.headers.get("last-event-id") for request in api.received[1:]] == ["2", "2", "2"]
    assert (stream.run_id, stream.seen) == (RUN, 1005)


def test_an_end_without_final_event_is_a_cut(start: Start) -> None:
    client, api = start(events(BEGIN, **LOCATION), events(DONE))
    assert isinstance(client.read(client.stream("summarise", {}))[-1], Done)
    assert len(api.received) == 2


def test_half_an_event_is_none(start: Start) -> None:
    """What had come of it before the cut does not mix with what comes afterwards."""
    half = Answer(200, b'id: 1\nevent: text.delta\ndata: {"te', {"content-type": "text/event-stream", **LOCATION}, True)
    client, _ = start(half, events(delta(1, "a"), DONE))
    assert [type(event) for event in client.read(client.stream("summarise", {}))] == [TextDelta, Done]


def test_a_start_that_is_cut_before_any_answer_keeps_its_key(start: Start) -> None:
    client, api = start(CUT, events(BEGIN, DONE, **LOCATION))
    client.read(client.stream("summarise", {}))
    assert [request.method for request in api.received] == ["POST", "POST"]
    assert len({request.headers["idempotency-key"] for request in api.received}) == 1


def test_whoever_has_had_the_final_event_gets_nothing_more(start: Start) -> None:
    client, api = start(Answer(204))
    assert client.read(client.events(RUN, after=9)) == []
    assert api.received[0].headers["last-event-id"] == "9"


def test_a_stream_that_gets_nowhere_is_given_up(start: Start) -> None:
    client, api = start(*[events(**LOCATION)] * 9)
    with pytest.raises(ConnectionFailed):
        client.read(client.events(RUN))
    assert len(api.received) == 4


def test_progress_counts_as_a_new_beginning(start: Start) -> None:
    """A long run over a bad line: never four failures in a row."""
    pieces = [events(delta(number, "x"), cut=True) for number in range(1, 11)]
    client, _ = start(*pieces, events((11, *DONE[1:])))
    assert len(client.read(client.events(RUN))) == 11


@pytest.mark.parametrize(("status", "error"), [(403, Forbidden), (503, Unavailable)])
def test_a_refused_start_raises(start: Start, status: int, error: type[Exception]) -> None:
    client, _ = start(*[refusal(status, "no")] * 4)
    with pytest.raises(error):
        client.read(client.stream("summarise", {}))


def test_leaving_early_ends_the_connection_and_not_the_run(start: Start) -> None:
    client, api = start(events(BEGIN, delta(2, "a"), cut=True, **LOCATION), events((3, *DONE[1:])))
    stream = client.stream("summarise", {})
    assert len(client.read(stream, most=2)) == 2
    assert client.read(client.events(stream.run_id, stream.seen))[-1].id == 3
    assert [request.method for request in api.received] == ["POST", "GET"]


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=6)


@given(texts=TEXTS, ends=st.sampled_from(["\n", "\r\n"]), data=st.data())
def test_any_text_in_any_pieces_comes_out_whole(texts: list[str], ends: str, data: st.DataObject) -> None:
    """Also with characters that Python takes for line ends, and cuts inside of a character or of CR LF."""
    lines = [": heartbeat", ""]
    for number, text in enumerate(texts, start=1):
        lines += [f"id: {number}", "event: text.delta", "data: " + json.dumps({"text": text}, ensure_ascii=False), ""]
    rest = (ends.join(lines) + ends).encode()
    reader, found = EventReader(), []
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        found += reader.feed(rest[:size])
        rest = rest[size:]
    assert [event.text for event in found if isinstance(event, TextDelta)] == texts
    assert [event.id for event in found] == list(range(1, len(texts) + 1))


def test_line_ends_of_unicode_are_text() -> None:
    text = "a\u2028b\u2029c\u0085d\x0be"
    frame = f"id: 1\nevent: text.delta\ndata: {json.dumps({'text': text}, ensure_ascii=False)}\n\n"
    (found,) = EventReader().feed(frame.encode())
    assert isinstance(found, TextDelta)
    assert found.text == text


def test_data_of_several_lines_and_strange_blocks() -> None:
    reader = EventReader()
    assert reader.feed(b"retry: 100\n\nid: x\ndata: {}\n\nevent: done\n\n") == []
    (found,) = reader.feed(b'id:7\nevent:text.delta\ndata:{"text":\ndata: "a"}\n\n')
    assert isinstance(found, TextDelta)
    assert (found.id, found.text) == (7, "a")
