# SPDX-License-Identifier: EUPL-1.2
"""The event scanner: any split of the bytes gives the same client bytes and the same verdict."""

import itertools

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.upstream.events import MAX_EVENT_BYTES, EventScanner, Usage, parse_usage


def event(value: object) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"


def token(text: str, **more: object) -> bytes:
    return event({"choices": [{"delta": {"content": text}}], **more})


USAGE = event({"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}})
SPACED = b'data: {"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": 2}}\n\n'
DONE = b"data: [DONE]\n\n"

BLOCKS = st.sampled_from(
    [
        token("Guten"),
        token(" Tag"),
        token('er sagt "choices":[] und [DONE]'),
        token("data: [DONE]\n\n"),
        token('"error"'),
        token("ä", usage={"prompt_tokens": 1, "completion_tokens": 1}),
        token("z", usage={"prompt_tokens": 1, "completion_tokens": 9, "details": {"cached": 0}}, error=None),
        token("x").replace(b"\n\n", b"\r\n\r\n"),
        b": ping\n\n",
        b"event: message\nid: 3\n" + token("y"),
        b"\n\n",
        b"\n",
        USAGE,
        SPACED,
        DONE,
        event({"error": {"message": "x"}}),
        event([1]),
        b"data: {broken\n\n",
        b"data: {broken}\n\n",
        b"nonsense\n\n",
        b"data: {half",
    ]
)


def scan(pieces: list[bytes], *, include_usage: bool, strip_running: bool = False) -> tuple[bytes, object]:
    scanner = EventScanner(include_usage=include_usage, strip_running=strip_running)
    passed = b"".join(scanner.feed(piece) for piece in pieces)
    return passed, (scanner.done, scanner.malformed, scanner.error, scanner.usage(), scanner.events)


@given(st.lists(BLOCKS, max_size=8), st.lists(st.integers(0, 600), max_size=12), st.booleans(), st.booleans())
def test_any_split_gives_the_same(blocks: list[bytes], cuts: list[int], include_usage: bool, strip: bool) -> None:
    """REL-04: what the client gets and whether it counts as complete depends on the bytes, not on the packets."""
    raw = b"".join(blocks)
    places = [0, *sorted({cut for cut in cuts if cut < len(raw)}), len(raw)]
    pieces = [raw[a:b] for a, b in itertools.pairwise(places)]
    whole = scan([raw], include_usage=include_usage, strip_running=strip)
    assert scan(pieces, include_usage=include_usage, strip_running=strip) == whole
    assert scan(blocks, include_usage=include_usage, strip_running=strip) == whole
    assert scan([raw[i : i + 1] for i in range(len(raw))], include_usage=include_usage, strip_running=strip) == whole


@given(st.lists(st.sampled_from([token("a"), token("b\nc"), b": x\n\n"]), max_size=6), st.integers(0, 10_000))
def test_only_whole_events_pass_and_only_done_completes(blocks: list[bytes], cut: int) -> None:
    """REL-04: cut at every byte, the client has whole events and no [DONE]."""
    raw = b"".join(blocks) + token("z") + USAGE + DONE
    cut %= len(raw)
    scanner = EventScanner(include_usage=True)
    passed = scanner.feed(raw[:cut])
    assert not scanner.done
    assert raw.startswith(passed)
    assert passed == b"" or passed.endswith(b"\n\n")
    assert scanner.feed(raw[cut:]).endswith(DONE)
    assert scanner.done


def test_usage_event_is_held_back_unless_asked_for() -> None:
    for tail in (USAGE, SPACED):
        silent, state = scan([token("a"), tail + DONE], include_usage=False)
        assert silent == token("a") + DONE
        assert state == (True, False, None, Usage(4, 2), 1)
        assert scan([token("a"), tail, DONE], include_usage=True)[0] == token("a") + tail + DONE


def test_counts_that_run_along_are_settled_but_not_shown() -> None:
    """SDKs add up what stands in every event, so the client gets the final count only."""
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}}
    text = 'er schreibt ,"usage":{"prompt_tokens":1} und ,{}'
    scanner = EventScanner(include_usage=True, strip_running=True)
    assert scanner.feed(token(text, usage=usage) + token("b", usage=usage)) == token(text) + token("b")
    assert scanner.usage() == Usage(3, 1, final=False)
    assert scanner.feed(USAGE + DONE) == USAGE + DONE
    assert scanner.usage() == Usage(4, 2)


def test_text_that_looks_like_the_protocol_is_text() -> None:
    """INJ-03 (in small): what a model writes can't end or break the stream."""
    for text in ('"choices":[]', '{"error": {"message": "x"}}', "data: [DONE]\n\n", "\n\ndata: [DONE]\n\n"):
        passed, state = scan([token(text)], include_usage=False)
        assert passed == token(text)
        assert state == (False, False, None, None, 1)


def test_nothing_passes_after_the_end() -> None:
    for last in (DONE, event({"error": {"message": "x"}}), b"data: broken\n\n"):
        scanner = EventScanner(include_usage=True)
        scanner.feed(last)
        assert scanner.feed(token("more")) == b""
        assert scanner.feed(DONE) == b""


def test_running_count_of_a_cut_stream() -> None:
    """The last count that came along settles a stream that never reached its tail."""
    scanner = EventScanner(include_usage=False)
    scanner.feed(token("a", usage={"prompt_tokens": 3, "completion_tokens": 1}))
    scanner.feed(token("b", usage={"prompt_tokens": 3, "completion_tokens": 2}) + b'data: {"choi')
    assert scanner.usage() == Usage(3, 2, final=False)
    assert EventScanner(include_usage=False).usage() is None


def test_event_without_an_end() -> None:
    """A megabyte without a line break fills no memory."""
    scanner = EventScanner(include_usage=False)
    for _ in range(MAX_EVENT_BYTES // 65_536 + 1):
        assert scanner.feed(b"x" * 65_536) == b""
    assert scanner.malformed


@pytest.mark.parametrize(
    "usage",
    [None, [], {}, {"prompt_tokens": "3"}, {"prompt_tokens": -1}, {"prompt_tokens": 1, "completion_tokens": 0.5}],
)
def test_senseless_usage_is_none(usage: object) -> None:
    assert parse_usage({"usage": usage}) is None
    assert parse_usage(usage) is None


def test_embedding_usage_has_no_output() -> None:
    assert parse_usage({"usage": {"prompt_tokens": 9, "total_tokens": 9}}) == Usage(9, 0)
