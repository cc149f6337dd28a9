# SPDX-License-Identifier: EUPL-1.2
"""A stream of another service can't fill our memory, and its oddities are read as the standard has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common import sse

MEGABYTE = b"x" * 1024 * 1024


@pytest.mark.parametrize("line", [b"data: " + b"x" * 999 + b"\n", b"data:\n", b"data: x\r\n"])
def test_many_lines_of_one_event_are_bounded_too(line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is that of an event, not that of a line."""
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 20_000)
    decoder = sse.Decoder()
    with pytest.raises(ValueError, match="too large"):
        decoder.feed(line * 20_001)


def test_the_bound_counts_each_event_anew() -> None:
    decoder = sse.Decoder()
    frames = [frame for _ in range(24) for frame in decoder.feed(b"data: " + MEGABYTE + b"\n\n")]
    assert len(frames) == 24
    assert {len(frame.data) for frame in frames} == {len(MEGABYTE)}


def test_many_events_in_one_chunk_are_no_large_event() -> None:
    assert len(sse.Decoder().feed((b"data: " + MEGABYTE + b"\n\n") * 18)) == 18


@pytest.mark.parametrize(
    ("raw", "frames"),
    [
        (b":\n\n", []),
        (b": heartbeat\n\ndata: a\n\n", [sse.Frame("message", "a")]),
        (b"event: x\n\ndata: a\n\n", [sse.Frame("message", "a")]),
        (b"id: 7\n\ndata: a\n\n", [sse.Frame("message", "a")]),
        (b"data\n\n", [sse.Frame("message", "")]),
        (b"data:  a\n\n", [sse.Frame("message", " a")]),
        (b"data: a: b\n\n", [sse.Frame("message", "a: b")]),
        (b"id: a\x00b\ndata: a\n\n", [sse.Frame("message", "a")]),
        (b"event: one\nevent: two\ndata: a\n\n", [sse.Frame("two", "a")]),
        (b"DATA: a\n\n", []),
        (b"\n\n\n\n", []),
    ],
)
def test_fields(raw: bytes, frames: list[sse.Frame]) -> None:
    assert sse.Decoder().feed(raw) == frames


def test_invalid_utf8_is_an_error_and_no_replacement() -> None:
    with pytest.raises(ValueError):
        sse.Decoder().feed(b"data: \xff\xfe\n\n")


@given(st.text(max_size=80))
def test_no_text_can_forge_an_event(text: str) -> None:
    """What a person or a model writes stays inside its one event, whatever line breaks it holds."""
    (frame,) = sse.Decoder().feed(sse.encode("text.delta", {"text": text}))
    assert (frame.event, frame.json()) == ("text.delta", {"text": text})
