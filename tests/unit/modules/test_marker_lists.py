# SPDX-License-Identifier: EUPL-1.2
"""Citation lists of any length, and what only looks like one, give the same text in any pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.citations import CitationStream
from genius_modules.citations.markers import numbers_in, without_markers

SEPARATORS = st.sampled_from([",", ", ", " ,", ";", "; ", ",  "])
LISTS = st.builds(
    lambda start, lead, numbers, separator, end: start + lead + separator.join(map(str, numbers)) + end,
    st.sampled_from(["[", "【", "[ ", "[  "]),
    st.sampled_from(["", "Quelle ", "Quelle  "]),
    st.lists(st.integers(0, 9999), min_size=1, max_size=30),
    SEPARATORS,
    st.sampled_from(["]", "】", " ]", "", ")"]),
)


def streamed(text: str, size: int) -> tuple[str, list[int], int]:
    stream = CitationStream({1, 2, 3})
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    out = "".join(stream.feed(piece).text for piece in pieces) + stream.finish().text
    return out, stream.order, stream.dropped


@given(st.lists(LISTS, min_size=1, max_size=3).map(" ".join), st.integers(1, 9))
def test_long_lists_are_one_in_any_pieces(text: str, size: int) -> None:
    assert streamed(text, size) == streamed(text, len(text))


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_a_list_of_forged_numbers_is_dropped_however_long_it_is(size: int) -> None:
    """OUT-06 in part: none of twenty invented sources reaches the reader."""
    text = f"Das gilt [{', '.join(str(n) for n in range(50, 70))}]."
    assert streamed(text, size) == ("Das gilt .", [], 20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1", "[1"),
        ("[", "["),
        ("[1,", "[1,"),
        ("[1,,2]", "[1,,2]"),
        ("[1-3]", "[1-3]"),
        ("[12345]", "[12345]"),
        ("[1]]", "[1]]"),
        ("[[1]]", "[[1]]"),
        ("[0]", ""),
        ("[001]", "[1]"),
        ("[Quelle]", "[Quelle]"),
        ("[1\n]", "[1]"),
        ("§ 3 [neu]", "§ 3 [neu]"),
        ("[Bitte ergänzen: Name]", "[Bitte ergänzen: Name]"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_what_only_looks_like_a_marker_stays_text(text: str, expected: str, size: int) -> None:
    assert streamed(text, size)[0] == expected


def test_text_without_a_bracket_is_never_held_back() -> None:
    stream = CitationStream({1})
    for word in ("Das ", "gilt, ", "12; ", "Quelle ", "1] "):
        assert stream.feed(word).text == word


@given(st.text(max_size=60))
def test_what_is_held_back_is_bounded(noise: str) -> None:
    """A reader waits for no more than one marker may be long."""
    stream = CitationStream({1})
    shown = stream.feed("[" + "1, " * 200 + noise).text
    assert len(shown) >= 600 + len(noise) + 1 - 220


@given(st.lists(st.integers(1, 5), max_size=12))
def test_numbers_count_up_in_the_order_of_their_first_use(sources: list[int]) -> None:
    stream = CitationStream(set(range(1, 6)))
    text = "".join(f"Satz [{n}]. " for n in sources)
    out = stream.feed(text).text + stream.finish().text
    assert stream.order == list(dict.fromkeys(sources))
    assert numbers_in(out) == list(range(1, len(stream.order) + 1))
    assert without_markers(out) == "Satz. " * len(sources)
