# SPDX-License-Identifier: EUPL-1.2
"""Facts of German administrative sentences in their normal form, and what supports what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.citations import Fact, facts_of, find_quotation, missing_in, read_facts
from genius_modules.citations.numbers import normal_number
from genius_modules.citations.references import references as references_in

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
    ("text", "references"),
    [
        ("§ 25 WoGG", {"§ 25 wogg"}),
        ("§ 25 des Wohngeldgesetzes", {"§ 25 wogg"}),
        ("§ 25 SGB II", {"§ 25 sgbii"}),
        ("§25a", {"§ 25a"}),
        ("§ 25 a Abs. 1", {"§ 25a abs 1"}),
        ("§ 25 Abs. 1 Satz 2 Nr. 3", {"§ 25 abs 1 satz 2 nr 3"}),
        ("§§ 3, 4 und 7", {"§ 3", "§ 4", "§ 7"}),
        ("§§ 3 bis 5", {"§ 3 bis 5"}),
        ("Art. 6 DSGVO", {"art 6 dsgvo"}),
        ("Artikel 20", {"art 20"}),
        ("Abs. 2", {"abs 2"}),
        ("Absatz 2", {"abs 2"}),
        ("(2) Der Antrag", {"abs 2"}),
        ("Er ist zu stellen. (2) Der Antrag", {"abs 2"}),
        ("Er hat drei (3) Kinder", set()),
        ("Nr. 3", {"nr 3"}),
        ("Nummer 3", {"nr 3"}),
        ("Satz 1", {"satz 1"}),
        ("Abs. 2a", {"abs 2a"}),
        ("Zimmer 25", set()),
    ],
)
def test_references(text: str, references: set[str]) -> None:
    """OUT-06 in part: § and Absatz, Satz, Nummer and law of one place are one fact."""
    assert kinds(text, "reference") == references


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1.200,50 €", "amount", "1200.5"),
        ("EUR 1.200,50", "amount", "1200.5"),
        ("1200,50 Euro", "amount", "1200.5"),
        ("12,– €", "amount", "12"),
        ("zwölf Monate", "period", "12 monat"),
        ("12 Monaten", "period", "12 monat"),
        ("3 Wochen", "period", "21 tag"),
        ("ein Jahr", "period", "12 monat"),
        ("innerhalb eines Monats", "period", "1 monat"),
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
        ("im Jahr 2026", "am 1. Februar 2026", True),
        ("im Jahr 2025", "am 1. Februar 2026", False),
        ("bis zum 31. März", "vom 1.1. bis 31.3.2026", True),
        ("am 1.1.2026", "vom 1.1. bis 31.3.2026", True),
        ("§ 25 WoGG", "nach § 25 WoGG", True),
        ("§ 25 WoGG", "nach § 25 SGB II", False),
        ("§ 25 SGB II", "nach § 25 SGB XII", False),
        ("§ 4", "§§ 3 bis 5", True),
        ("§§ 3 bis 5", "§ 3 und § 5", False),
        ("innerhalb eines Monats", "binnen eines Monats", True),
        ("innerhalb eines Monats", "innerhalb von zwei Monaten", False),
        ("innerhalb eines Monats", "innerhalb eines Jahres", False),
        ("zwei Wochen", "14 Tage", True),
        ("zwölf Monate", "ein Jahr", True),
        ("ein Monat", "30 Tage", False),
        ("100 bis 200 Euro", "Betrag: 100 Euro oder 200 Euro", True),
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
    assert (missing_in(claim, source).supported) is held


@given(st.text(max_size=200))
def test_every_text_supports_itself(text: str) -> None:
    assert missing_in(text, text).supported


@given(st.text(max_size=120), st.text(max_size=200))
def test_reading_never_fails_and_stays_within_the_text(claim: str, source: str) -> None:
    for found in read_facts(claim):
        assert found.fact.kind
        assert 0 <= found.span.start < found.span.end <= len(claim)
    assert set(missing_in(claim, source).missing) <= set(read_facts(claim))


@pytest.mark.parametrize("mark", ["1. ", "2) ", "- 3. ", "a) "])
def test_the_number_of_a_list_item_is_no_value(mark: str) -> None:
    assert facts_of(f"{mark}Antrag ausfüllen\n{mark}Nachweise beilegen") == frozenset()


_WAYS = {
    "amount": ("{0},00 €", "EUR {0}", "{0} Euro", "{0}.- Euro".replace(".-", ",–")),
    "percent": ("{0} %", "{0} Prozent", "{0} v. H.", "{0}%"),
    "period": ("{0} Monate", "{0} Monaten", "{0}-monatige"),
}


@given(st.sampled_from(sorted(_WAYS)), st.integers(2, 999), st.data())
def test_a_value_is_itself_however_it_is_written(kind: str, value: int, data: st.DataObject) -> None:
    first, second = (data.draw(st.sampled_from(_WAYS[kind])).format(value) for _ in range(2))
    assert missing_in(f"Es gilt: {first}.", f"Es gilt: {second}.").supported
    other = data.draw(st.sampled_from(_WAYS[kind])).format(value + 1)
    assert not missing_in(f"Es gilt: {first}.", f"Es gilt: {other}.").supported


@given(st.lists(st.sampled_from(["ab", "a", "b", "Ä1", "-", "…", "„", "\x00", "\u00ad", "§"]), max_size=12), st.data())
def test_every_run_of_words_of_a_text_is_found_in_it(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words)))
    last = data.draw(st.integers(first, len(words)))
    assert find_quotation(" ".join(words[first:last]), " ".join(words)) is not None


@pytest.mark.parametrize("part", ["ie Frist beträgt", "Die Frist beträg", "rist beträgt einen Monat"])
def test_a_quotation_ends_with_a_word(part: str) -> None:
    assert find_quotation(part, "Die Frist beträgt einen Monat.") is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "Es gilt § 82 Abs. 3 Sätze 2 bis 4. Die Frist läuft.",
            ["§ 82 abs 3 satz 2", "§ 82 abs 3 satz 3", "§ 82 abs 3 satz 4"],
        ),
        ("nach Absatz 2 und 3. Mai 2026 gilt es", ["abs 2"]),
        ("Absatz 1 und 3. Lebensjahr", ["abs 1"]),
    ],
)
def test_a_range_of_parts_may_end_its_sentence(text: str, values: list[str]) -> None:
    assert [found.value for found in references_in(text)] == values
