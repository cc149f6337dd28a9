# SPDX-License-Identifier: EUPL-1.2
"""Words by which one's own conversations are found, and the titles that name them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_gateway.conversations.terms import term_ids, words
from genius_gateway.conversations.turns import title_of

KEY = b"k" * 32
GERMAN = st.text("aäbcdeéfgoöuüsßtz AÄÖÜ§5-,.\n", max_size=60)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\t", []),
        ("§ a 1", []),
        ("§ 25 WoGG", ["25", "wogg"]),
        ("Härtefall-Regelung", ["haertefall", "regelung"]),
        ("STRASSE Straße straẞe", ["strasse"]),
        ("Mu\u0308ller Müller MUELLER", ["mueller"]),
        ("ﬁnden ＡＢ①②", ["finden", "ab12"]),
        ("E-Mail: a.b@c.de", ["mail", "de"]),
        ("12.500,00 €", ["12", "500", "00"]),
        ("snake_case", ["snake_case"]),
        ("Ёлка ёлка", ["ёлка"]),
        ("ΣΟΦΟΣ σοφος σοφοσ", ["σοφοσ"]),
        ("</script><img src=x>", ["script", "img", "src"]),
        ("wort wort Wort", ["wort"]),
    ],
)
def test_what_counts_as_a_word(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(GERMAN)
def test_writing_does_not_matter(text: str) -> None:
    """However somebody writes a word when searching (capitals, decomposed, ue for ü), it is the same word."""
    expected = words(text)
    assert words(unicodedata.normalize("NFD", text)) == expected
    assert words(text.upper()) == expected
    assert words(text.replace("ü", "ue").replace("Ü", "UE").replace("ß", "ss")) == expected
    assert words(" ".join(expected)) == expected


@given(st.text(max_size=80), st.text(max_size=40))
def test_each_word_of_a_text_is_found_by_itself(text: str, other: str) -> None:
    terms = set(term_ids(KEY, text))
    for word in words(text):
        assert set(term_ids(KEY, word)) <= terms
    assert set(term_ids(KEY, f"{text} {other}")) == terms | set(term_ids(KEY, other))


@given(st.text(max_size=80))
def test_terms_fit_their_column_and_say_nothing_without_the_key(text: str) -> None:
    """DSG-11: two persons' terms of one text have nothing in common but chance."""
    terms = term_ids(KEY, text)
    assert all(0 <= term < 2**32 for term in terms)
    assert terms == sorted(set(terms))
    if len(terms) > 1:
        assert terms != term_ids(b"x" * 32, text)


def test_a_huge_text_gives_a_bounded_number_of_terms() -> None:
    assert len(words(" ".join(f"w{number}" for number in range(10_000)))) == 2_000


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Kurz", "Kurz"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60 + " …"),
        ("a" * 59 + " b", "a" * 59 + " …"),
        ("a" * 30 + " " + "b" * 40, "a" * 30 + " …"),
        ("\n\n  Erste\tZeile\u00a0hier\r\nzweite", "Erste Zeile hier zweite"),
        ("", ""),
    ],
)
def test_a_title_is_the_beginning_of_the_message(message: str, title: str) -> None:
    assert title_of(message) == title


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Z", "Cc"]), max_size=200))
def test_a_title_is_one_short_line(message: str) -> None:
    title = title_of(message)
    assert len(title) <= 62
    assert title == title.strip()
    assert len(title.splitlines()) <= 1
    assert " ".join(message.split()).startswith(title.removesuffix(" …"))
