# SPDX-License-Identifier: EUPL-1.2
"""A summary streams in any pieces: nothing is shown twice, and each sentence is named where it ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.text import split_sentences
from genius_modules.summarise.generative import SentenceMarks, pieces_of

_BITS = (
    "Das gilt|.| |Abs. 2|z. B. |§ 25 |Der Antrag|! |\n|\n\n|\n- |-|1|12|. |31. Dezember |März|M|“|x|a)|(2|Ende.| Mai"
)
PIECES = st.lists(st.sampled_from(_BITS.split("|")), max_size=25)


def streamed(pieces: list[str]) -> list[tuple[str, str | None]]:
    marks = SentenceMarks()
    return [pair for piece in pieces for pair in marks.feed(piece)] + marks.feed("", last=True)


@given(PIECES)
def test_every_character_is_shown_once_and_every_sentence_named_once(pieces: list[str]) -> None:
    whole = "".join(pieces)
    shown = streamed(pieces)
    assert "".join(text for text, _ in shown) == whole.rstrip()
    assert [sentence for _, sentence in shown if sentence] == [span.of(whole) for span in split_sentences(whole)]


@given(PIECES)
def test_a_sentence_is_named_exactly_at_its_end(pieces: list[str]) -> None:
    """There the citation is written, so it must not stand in the middle of a word or behind the next sentence."""
    so_far = ""
    for text, sentence in streamed(pieces):
        so_far += text
        if sentence is not None:
            assert so_far.endswith(sentence)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["Die Punkte:\n", "1", ".", " Erstens"], "Die Punkte:|\n1. Erstens|"),
        (["Die Punkte:\n", "-", " Erstens\n", "-", " Zweitens"], "Die Punkte:|\n- Erstens|\n- Zweitens|"),
        (["Die Frist endet am 12", ".", " M", "ärz 2026.", " Ende."], "Die Frist endet am 12. März 2026.| Ende.|"),
        (["Es gilt Abs", ".", " 2 der Satzung", "."], "Es gilt Abs. 2 der Satzung.|"),
        (["Ja.", " Nein."], "Ja.| Nein.|"),
        (["  \n"], ""),
    ],
)
def test_what_models_write_in_pieces(pieces: list[str], expected: str) -> None:
    """Lists and dates come as several tokens, and only the later ones tell whether a sentence has ended."""
    assert "".join(text + ("|" if sentence else "") for text, sentence in streamed(pieces)) == expected


def test_the_beginning_of_a_sentence_is_not_held_back() -> None:
    marks = SentenceMarks()
    assert [text for text, _ in marks.feed("Die Stadt plant")] == ["Die Stadt plant"]
    assert [text for text, _ in marks.feed(" ein Bad")] == [" ein Bad"]


@given(st.lists(st.text(alphabet="ab .", max_size=30), max_size=20), st.integers(1, 25))
def test_parts_for_the_model_hold_everything_and_stay_in_their_bounds(sentences: list[str], size: int) -> None:
    """LLM-03 in part: a long text is divided, never cut."""
    pieces = pieces_of(sentences, size)
    assert all(0 < len(piece) <= size for piece in pieces)
    assert "".join(pieces).replace(" ", "") == "".join(sentences).replace(" ", "")
    assert pieces_of([], size) == []


def test_short_sentences_share_a_part() -> None:
    assert pieces_of(["eins", "zwei", "drei"], 9) == ["eins zwei", "drei"]
    assert pieces_of(["abcdefghij"], 4) == ["abcd", "efgh", "ij"]
