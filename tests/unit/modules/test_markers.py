# SPDX-License-Identifier: EUPL-1.2
"""Citation markers in streamed text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.citations import CitationStream
from genius_modules.citations.markers import numbers_in, without_markers

TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["[1]", "[2, 3]", "[1][2]", "[ 3 ]", "【2】", "[Quelle 1]", "[7]", "[99]", "[", "]", "[1", "1]", "[a]"]
        ),
        st.text(alphabet="ab 12,.[]\nQue", max_size=8),
    ),
    max_size=20,
).map("".join)


def mapped(text: str, cuts: list[int]) -> tuple[str, list[int], int]:
    stream = CitationStream({1, 2, 3})
    out, before = "", 0
    for cut in [*sorted(cut for cut in cuts if cut < len(text)), len(text)]:
        out += stream.feed(text[before:cut]).text
        before = cut
    return out + stream.finish().text, stream.order, stream.dropped


@given(TEXTS, st.lists(st.integers(0, 120), max_size=30))
def test_any_division_into_pieces_gives_the_same_text(text: str, cuts: list[int]) -> None:
    assert mapped(text, cuts) == mapped(text, [])
    assert mapped(text, list(range(len(text)))) == mapped(text, [])


@given(TEXTS)
def test_every_number_that_comes_out_is_a_known_source(text: str) -> None:
    """OUT-06: a forged number never reaches the reader as a citation."""
    out, order, _ = mapped(text, [])
    assert set(order) <= {1, 2, 3}
    assert set(numbers_in(out)) <= set(range(1, len(order) + 1))


@given(st.text(alphabet="abc äöü.,!?§\n()", max_size=200))
def test_text_without_brackets_is_untouched(text: str) -> None:
    assert mapped(text, [3, 5, 8])[0] == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A [2]. B [1, 2].", "A [1]. B [2][1]."),
        ("A [1][1].", "A [1][1]."),
        ("A [9]. B [3, 9].", "A . B [1]."),
        ("A [Quelle 2].", "A [1]."),
        ("Feld [x] und [", "Feld [x] und ["),
        ("[[7]1] [1[7]] [[7][7]1]", "[ 1] [1 ] [ 1]"),
    ],
)
def test_markers_are_numbered_by_first_use(text: str, expected: str) -> None:
    assert mapped(text, [])[0] == expected


def test_new_sources_are_told_once_and_before_their_text() -> None:
    stream = CitationStream({1, 2})
    assert stream.feed("Satz [").new_sources == ()
    marked = stream.feed("2] und [2].")
    assert (marked.text, marked.new_sources) == ("[1] und [1].", (2,))


def test_markers_can_be_taken_out() -> None:
    assert without_markers("Satz [1]. Noch [2][3].") == "Satz. Noch."
