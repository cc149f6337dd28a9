# SPDX-License-Identifier: EUPL-1.2
"""Facts of a sentence against the span it cites."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.citations import Evidence, best_quote, check, is_supported, missing_in
from genius_modules.citations.numbers import normal_number

MONTHS = re.split(" ", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
SPAN = Evidence(
    "(1) Das Wohngeld soll für zwölf Monate bewilligt werden. Die Miete von 1.200,00 Euro gilt ab dem 1. Januar 2025, "
    "das sind 40 Prozent. (2) Näheres unter https://www.nrw.example/wohngeld.",
    "§ 25 WoGG Bewilligungszeitraum\nStand 16.04.2026",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Das Wohngeld soll für 12 Monate bewilligt werden [1].",
        "Nach § 25 Abs. 1 WoGG wird Wohngeld für zwölf Monate bewilligt.",
        "Die Miete von 1200 EUR gilt ab dem 01.01.2025.",
        "Die Miete von 1 200 € gilt ab Januar 2025.",
        "Die Miete gilt ab dem 1. Januar.",
        "Die Miete sind 40 % davon, 1.200 Euro.",
        "Im Absatz 2 steht „Näheres unter“ einer Adresse, bewilligt wird die Miete.",
        "„Das Wohngeld soll für zwölf Monate bewilligt werden“",
        "Bewilligt wird das Wohngeld nach Stand 16. April 2026.",
    ],
)
def test_what_the_span_says_is_supported(sentence: str) -> None:
    """OUT-06"""
    assert is_supported(sentence, [SPAN]), check(sentence, [SPAN]).values


@pytest.mark.parametrize(
    "sentence",
    [
        "Das Wohngeld soll für 24 Monate bewilligt werden [1].",
        "Das Wohngeld soll für dreizehn Monate bewilligt werden.",
        "Das Wohngeld soll für zwölf Jahre bewilligt werden.",
        "Nach § 26 WoGG wird Wohngeld bewilligt.",
        "Nach § 25 Abs. 7 WoGG wird Wohngeld bewilligt.",
        "Nach § 25 SGB II wird Wohngeld für zwölf Monate bewilligt.",
        "Nach § 25 Abs. 2 WoGG wird Wohngeld für zwölf Monate bewilligt.",
        "Die Miete von 12 Euro gilt.",
        "Die Miete von 1.200,50 Euro gilt.",
        "Die Miete gilt ab dem 2. Januar 2025.",
        "Die Miete gilt ab dem 1. Januar 2024.",
        "Das Wohngeld von 40 Euro soll bewilligt werden.",
        "Das Wohngeld, siehe https://boese.example/x, soll bewilligt werden.",
        "Es heißt „Das Wohngeld soll immer und ewig bewilligt werden“.",
        "Hunde müssen an der Leine geführt werden.",
    ],
)
def test_what_the_span_does_not_say_is_not_supported(sentence: str) -> None:
    """OUT-06: numbers, dates, amounts, §, links and quotations must occur in the cited span."""
    assert not is_supported(sentence, [SPAN])


def test_a_sentence_without_a_source_is_not_supported() -> None:
    assert not is_supported("Das Wohngeld wird bewilligt.", [])


@given(st.decimals(0, 99_999_999, places=2, allow_nan=False, allow_infinity=False))
def test_all_ways_to_write_a_number_are_one(value: Decimal) -> None:
    plain = f"{value:.2f}".replace(".", ",")
    grouped = f"{value:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    assert normal_number(plain) == normal_number(grouped) == normal_number(grouped.replace(".", " "))
    assert missing_in(f"Es sind {plain} Euro.", f"Betrag: {grouped} EUR").supported
    assert not missing_in(f"Es sind {plain} Euro.", f"Betrag: {value + 1:.2f} EUR").supported


@given(st.dates())
def test_all_ways_to_write_a_date_are_one(day: dt.date) -> None:
    long = f"{day.day}. {MONTHS[day.month - 1]} {day.year:04d}"
    assert missing_in(f"Am {long} war es.", f"am {day:%d.%m.}{day.year:04d}").supported
    assert missing_in(f"Am {day.isoformat()} war es.", f"am {long}").supported
    other = day.replace(year=day.year + 1 if day.year < 9998 else 1, day=1)
    assert not missing_in(f"Am {long} war es.", f"am {other.isoformat()}").supported


@given(st.text(max_size=300), st.text(max_size=80))
def test_a_quote_is_always_verbatim(source: str, claim: str) -> None:
    """OUT-06: a quote is cut from the source, whatever the claim says."""
    quote = best_quote(claim, source)
    assert quote.text == source[quote.span.start : quote.span.end]
    assert 0.0 <= quote.overlap <= 1.0


def test_the_quote_is_the_sentence_that_fits() -> None:
    assert best_quote("Die Miete gilt ab Januar", SPAN.text).text.startswith("Die Miete von 1.200,00 Euro")
    assert len(best_quote("Wort", "Wort " * 1000).text) <= 600
