# SPDX-License-Identifier: EUPL-1.2
"""Extractive summaries: TextRank over the whole text."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from genius_modules.summarise.textrank import select

TOPIC = [
    "Die Stadt plant ein neues Schwimmbad im Stadtteil Nord mit zwei Becken.",
    "Das neue Schwimmbad der Stadt kostet nach der Planung zwölf Millionen Euro.",
    "Der Rat stimmt über das Schwimmbad und die Kosten der Stadt im Mai ab.",
]
NOISE = [
    "Gestern regnete es nachmittags lange und heftig.",
    "Ein Hund bellte zweimal hinter dem Zaun.",
    "Frau Meier trinkt morgens gern schwarzen Kaffee.",
    "Züge fahren heute leider verspätet nach Süden.",
]


def test_central_sentences_win_over_noise() -> None:
    text = [NOISE[0], TOPIC[0], NOISE[1], TOPIC[1], NOISE[2], TOPIC[2], NOISE[3]]
    assert select(text, 3) == [1, 3, 5]


def test_focus_words_attract() -> None:
    text = [*TOPIC, *NOISE]
    assert 5 in select(text, 2, focus="Kaffee am Morgen")
    assert 5 not in select(text, 2)


def test_the_same_sentence_is_taken_once() -> None:
    chosen = select([TOPIC[0]] * 5 + TOPIC[1:] + NOISE, 3)
    assert len([index for index in chosen if index < 5]) == 1


def test_the_end_of_a_long_text_is_read_too() -> None:
    filler = [f"Absatz {i} behandelt allgemeine Verwaltungsfragen der Abteilung {i % 7} im Haus." for i in range(3000)]
    started = time.monotonic()
    chosen = select([*filler, *TOPIC], 5, focus="Schwimmbad Kosten")
    assert set(chosen) & {3000, 3001, 3002}
    assert time.monotonic() - started < 10


@settings(max_examples=40)
@given(st.lists(st.sampled_from([*TOPIC, *NOISE, "Kurz.", "", "§ 1"]), max_size=40), st.integers(1, 8))
def test_the_order_of_the_text_is_kept(sentences: list[str], count: int) -> None:
    chosen = select(sentences, count)
    assert chosen == sorted(set(chosen))
    assert len(chosen) <= max(count, 0)
    assert all(0 <= index < len(sentences) for index in chosen)
