# SPDX-License-Identifier: EUPL-1.2
"""Facts of German administrative sentences in their normal form, and what supports what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.citations.facts import Fact, facts_of, fold, missing_facts, normal_number

DATES = {
    "am 1.1.2026": "2026-01-01",
    "am 01. 01. 2026": "2026-01-01",
    "am 1. Januar 2026": "2026-01-01",
    "am 1.Januar 2026": "2026-01-01",
    "am 2026-01-01": "2026-01-01",
    "am 1. Jan. 2026": "2026-01-01",
    "am 01.01.26": "2026-01-01",
    "am 3. März": "-03-03",
    "im Dezember 2025": "2025-12",
}


def kinds(text: str, kind: str) -> set[str]:
    return {fact.value for fact in facts_of(text) if fact.kind == kind}


@pytest.mark.parametrize(("text", "value"), DATES.items())
def test_dates(text: str, value: str) -> None:
    assert facts_of(text) == {Fact("date", value)}, "and no part of a date is a number of its own"


@pytest.mark.parametrize("text", ["32.13.2026", "Nr. 45.99. der Liste", "Version 1.2"])
def test_what_is_no_date(text: str) -> None:
    assert kinds(text, "date") == set()


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("§ 25 WoGG", {"25"}),
        ("§25a", {"25a"}),
        ("§ 25 a Abs. 1", {"25a"}),
        ("§§ 3, 4 und 7", {"3", "4", "7"}),
        ("§§ 3 bis 5", {"3", "5"}),
        ("Art. 6 DSGVO", {"6"}),
        ("Artikel 20", {"20"}),
        ("Zimmer 25", set()),
    ],
)
def test_paragraphs(text: str, paragraphs: set[str]) -> None:
    assert kinds(text, "paragraph") == paragraphs


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Abs. 2", "abs 2"), ("Absatz 2", "abs 2"), ("(2) Der Antrag", "abs 2"), ("Nr. 3", "nr 3"),
        ("Nummer 3", "nr 3"), ("Satz 1", "satz 1"), ("Abs. 2a", "abs 2a"),
    ],
)  # fmt: skip
def test_parts_of_a_paragraph(text: str, part: str) -> None:
    assert part in kinds(text, "part")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1.200,50 €", "amount", "1200.5"),
        ("EUR 1.200,50", "amount", "1200.5"),
        ("1200,50 Euro", "amount", "1200.5"),
        ("12,– €", "amount", "12"),
        ("zwölf Monate", "period", "12 monat"),
        ("12 Monaten", "period", "12 monat"),
        ("3 Wochen", "period", "3 woche"),
        ("40 %", "percent", "40"),
        ("40 v. H.", "percent", "40"),
        ("40 Prozent", "percent", "40"),
        ("siehe https://amt.example/a.", "url", "https://amt.example/a"),
    ],
)
def test_amounts_periods_and_addresses(text: str, kind: str, value: str) -> None:
    assert value in kinds(text, kind)


@pytest.mark.parametrize(
    ("raw", "value"),
    [("1.200", "1200"), ("1 200 000", "1200000"), ("1,50", "1.5"), ("zwanzig", "20"), ("Hundert", "100"), ("007", "7")],
)
def test_numbers_have_one_form(raw: str, value: str) -> None:
    assert normal_number(raw) == value


@pytest.mark.parametrize(
    ("claim", "source", "held"),
    [
        ("am 1. Januar", "am 1. Januar 2025", True),
        ("Januar 2025", "am 1. Januar 2025", True),
        ("am 1. Januar 2025", "im Januar 2025", False),
        ("am 1. Januar 2025", "am 1. Januar", False),
        ("am 1. Januar 2025", "am 11. Januar 2025", False),
        ("5 Euro", "5 Prozent", False),
        ("5 Tage", "5 Wochen", False),
        ("die Zahl 5", "5 Tage", True),
        ("§ 5", "die Zahl 5", False),
        ("Abs. 5", "§ 5", False),
        ("„die Frist beträgt einen Monat“", "Die  Frist beträgt\neinen Monat.", True),
        ("„die Frist beträgt zwei Monate“", "Die Frist beträgt einen Monat.", False),
        ("„die Frist beträgt …“ usw.", "Die Frist beträgt einen Monat.", True),
        ("https://amt.example", "https://amt.example.boese.example", False),
        ("https://amt.example/a", "https://amt.example/ab", False),
        ("https://amt.example", "https://amt.example/a", True),
        ("https://amt.example/a", "siehe https://AMT.example/a.", True),
    ],
)
def test_what_a_source_holds(claim: str, source: str, held: bool) -> None:
    """OUT-06 in part: the less exact is held by the more exact, never the other way round."""
    assert (missing_facts(claim, source) == []) is held


@given(st.text(max_size=200))
def test_every_text_supports_itself(text: str) -> None:
    assert missing_facts(text, text) == []


@given(st.text(max_size=120))
def test_reading_facts_never_fails_and_folding_is_stable(text: str) -> None:
    assert all(fact.kind and isinstance(fact.value, str) for fact in facts_of(text))
    assert fold(fold(text)) == fold(text)
