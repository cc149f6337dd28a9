# SPDX-License-Identifier: EUPL-1.2
"""Server-sent events survive any split of the bytes, and an unfinished one is no event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common import sse

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["text.delta", "done", "status"]),
        st.dictionaries(st.text(max_size=5), st.text(max_size=30) | st.integers(-1000, 1000) | st.none(), max_size=3),
        st.none() | st.integers(0, 10**9),
    ),
    max_size=6,
)


@given(EVENTS, st.lists(st.integers(1, 40), min_size=1, max_size=20), st.booleans())
def test_any_split_gives_the_same_events(
    events: list[tuple[str, dict[str, object], int | None]], sizes: list[int], crlf: bool
) -> None:
    raw = b"".join(sse.encode(*event) + sse.HEARTBEAT for event in events)
    raw = raw.replace(b"\n", b"\r\n") if crlf else raw
    decoder, frames, place, turn = sse.Decoder(), [], 0, 0
    while place < len(raw):
        step = sizes[turn % len(sizes)]
        frames += decoder.feed(raw[place : place + step])
        place, turn = place + step, turn + 1
    assert [(f.event, f.json(), f.id) for f in frames] == [
        (name, data, None if number is None else str(number)) for name, data, number in events
    ]


@given(st.integers(1, 30))
def test_a_cut_event_is_no_event(cut: int) -> None:
    raw = sse.encode("done", {"result": "vollständig"}, 7)
    assert sse.Decoder().feed(raw[:-cut]) == []


def test_several_data_lines_are_one_event() -> None:
    (frame,) = sse.Decoder().feed(b"event: x\ndata: a\ndata: b\nid: 3\nretry: 5\nunknown\n\n")
    assert frame == sse.Frame("x", "a\nb", "3")


def test_an_endless_event_is_refused() -> None:
    decoder = sse.Decoder()
    with pytest.raises(ValueError, match="too large"):
        [decoder.feed(b"data: " + b"x" * 1024 * 1024) for _ in range(20)]


async def test_decode_reads_a_stream() -> None:
    async def chunks():  # type: ignore[no-untyped-def]
        yield b"data: 1\n"
        yield b"\ndata: 2\n\n"

    assert [frame.json() async for frame in sse.decode(chunks())] == [1, 2]
