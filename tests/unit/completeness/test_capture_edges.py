# SPDX-License-Identifier: EUPL-1.2
"""Months, addresses and boxes in the shapes of real forms: ends of a range are not all of it, a letter is no tick."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.completeness.capture import values
from genius_modules.completeness.capture.address import address_in
from genius_modules.completeness.capture.marks import has_signs, read_marks
from genius_modules.completeness.engine.matching import address_key, holders, name_parts, same_person

NAMES = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November"]
NAMES += ["Dezember"]
YES_NO = {"true": ["Ja"], "false": ["Nein"]}


def month(total: int) -> tuple[int, int]:
    return total // 12, total % 12 + 1


def named(total: int) -> str:
    year, number = month(total)
    return f"{NAMES[number - 1]} {year}"


def numbered(total: int) -> str:
    year, number = month(total)
    return f"{number:02}/{year}"


def iso(total: int) -> str:
    year, number = month(total)
    return f"{year}-{number:02}"


FIRST = st.integers(2005 * 12, 2095 * 12)


@given(FIRST, st.integers(1, 23), st.sampled_from([named, numbered]), st.sampled_from([" bis ", " - ", " – ", "–"]))
def test_a_range_has_every_month_between_its_ends(first: int, length: int, written, to: str) -> None:  # type: ignore[no-untyped-def]
    text = f"Abrechnung {written(first)}{to}{written(first + length)}."
    assert sorted(values.months(text)) == [iso(first + step) for step in range(length + 1)]


@given(FIRST, st.integers(1, 30))
def test_two_months_that_are_named_are_two(first: int, gap: int) -> None:
    for joint in (", ", " und ", " / "):
        text = f"Kontoauszüge {named(first)}{joint}{named(first + gap)}"
        assert sorted(values.months(text)) == [iso(first), iso(first + gap)]


@given(FIRST, st.integers(1, 60))
def test_a_range_that_runs_backwards_adds_nothing(first: int, back: int) -> None:
    found = values.months(f"{named(first)} bis {named(first - back)}")
    assert sorted(found) == sorted([iso(first), iso(first - back)])


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("November 2025 bis Januar 2026", ["2025-11", "2025-12", "2026-01"]),
        ("Nov. 2025 – Jan. 2026", ["2025-11", "2025-12", "2026-01"]),
        ("11/2025 bis 01/2026", ["2025-11", "2025-12", "2026-01"]),
        ("11.2025 - 1.2026", ["2025-11", "2025-12", "2026-01"]),
        ("Oktober bis Dezember 2025", ["2025-10", "2025-11", "2025-12"]),
        ("Oktober, November und Dezember 2025", ["2025-10", "2025-11", "2025-12"]),
        ("01.10.2025 bis 30.11.2025", ["2025-10", "2025-11"]),
        ("vom 15.10.2025 bis 14.11.2025", []),
        ("2025-11", ["2025-11"]),
        ("Mai 2025 bis heute", ["2025-05"]),
        ("Januar 2026 bis einschließlich März 2026", ["2026-01", "2026-02", "2026-03"]),
    ],
)
def test_months_of_a_text(text: str, months: list[str]) -> None:
    assert sorted(values.months(text)) == months


@given(st.text(max_size=80))
def test_a_month_that_is_read_is_a_month(text: str) -> None:
    for found in values.months(text):
        year, number = found.split("-")
        assert 1 <= int(number) <= 12
        assert len(year) == 4


@pytest.mark.parametrize(
    ("line", "town"),
    [
        ("Am Dom 1, 50667 Köln (Altstadt)", "Köln (Altstadt)"),
        ("Große Scharrnstraße 59, 15230 Frankfurt (Oder)", "Frankfurt (Oder)"),
        ("Markt 2, 06108 Halle (Saale), Tel. 0345 1", "Halle (Saale)"),
        ("Weg 3 12345 Bad Neustadt a. d. Saale", "Bad Neustadt a"),
        ("Weg 3, 12345 Neustadt/Orla; Zimmer 4", "Neustadt/Orla"),
        ("Weg 3, 12345 Ort", "Ort"),
        ("(Weg 3, 12345 Ort)", "Ort"),
    ],
)
def test_the_town_of_a_line(line: str, town: str) -> None:
    found = address_in(line)
    assert found is not None
    assert found["ort"] == town


@pytest.mark.parametrize("line", ["Köln (Altstadt)", "Weg 3, 1234 Ort", "12345 Ort", "Tel. 0299 12345"])
def test_what_is_no_address(line: str) -> None:
    assert address_in(line) is None


def test_a_district_makes_no_other_flat_but_a_number_does() -> None:
    flat = {"strasse": "Am Dom 1", "plz": "50667", "ort": "Köln"}
    assert address_key(flat) == address_key({**flat, "ort": "Köln (Altstadt)"})
    assert address_key(flat) == address_key({**flat, "strasse": "Am  Dom 1", "ort": "KÖLN"})
    for other in ({"strasse": "Am Dom 11"}, {"plz": "50668"}, {"ort": "Kölleda"}, {"strasse": "Am Dom 1a"}):
        assert address_key(flat) != address_key({**flat, **other})


@pytest.mark.parametrize(
    ("first", "second"), [("Hauptstr. 5", "Hauptstraße 5"), ("HAUPTSTRASSE 5", "Hauptstraße 5"), ("Weg 5 a", "Weg 5a")]
)
def test_one_street_in_two_spellings(first: str, second: str) -> None:
    assert address_key({"strasse": first}) == address_key({"strasse": second})


@pytest.mark.parametrize("text", ["X-Ray Ja", "Typ-X Ja Nein", "x.y Ja", "Box Ja", "Max Nein", "X1 Ja"])
def test_a_letter_of_a_word_is_no_tick(text: str) -> None:
    assert not has_signs(text)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("x Ja  ☐ Nein", ("true",)),
        ("☐ Ja  X Nein", ("false",)),
        ("[x] Ja [ ] Nein", ("true",)),
        ("Ja ☒ Nein ☐", ("true",)),
        ("Ja ( ) Nein (X)", ("false",)),
        ("☒ Ja ☒ Nein", ("true", "false")),
        ("X - Ja  ☐ - Nein", ("true",)),
    ],
)
def test_ticks_beside_their_words(text: str, chosen: tuple[str, ...]) -> None:
    assert read_marks(text, YES_NO).chosen == chosen


@pytest.mark.parametrize(
    ("text", "state"), [("☐ Ja ☐ Nein", "blank"), ("", "blank"), ("☒", "unsure"), ("vielleicht", "unsure")]
)
def test_without_a_clear_tick_nothing_is_chosen(text: str, state: str) -> None:
    found = read_marks(text, YES_NO)
    assert (found.chosen, found.state) == ((), state)


@given(st.text(alphabet="xX☒☐[]() JaNein-.", max_size=30))
def test_what_is_chosen_stands_in_its_quote(text: str) -> None:
    found = read_marks(text, YES_NO)
    assert (found.state == "stated") == bool(found.chosen)
    assert found.quote in text


BORN = st.one_of(st.none(), st.dates(dt.date(1930, 1, 1), dt.date(2020, 1, 1)))
PARTS = st.lists(
    st.sampled_from(["Anna", "Jürgen", "Groß", "von", "Meier", "Ayşe"]), min_size=1, max_size=4, unique=True
)


@given(PARTS, st.randoms(), BORN, BORN)
def test_a_name_in_any_order_is_the_same_unless_born_on_another_day(parts, order, one, two) -> None:  # type: ignore[no-untyped-def]
    shuffled = parts.copy()
    order.shuffle(shuffled)
    alike = same_person(" ".join(parts), one, ", ".join(shuffled), two)
    assert alike == (one is None or two is None or one == two)
    assert alike == same_person(", ".join(shuffled), two, " ".join(parts), one)


def test_parts_of_names_do_without_umlauts_and_accents() -> None:
    assert name_parts("Größ-Völkel, Jürgen") == name_parts("Juergen Groess Voelkel")
    assert name_parts("José") == name_parts("Jose")
    assert not same_person("", None, "", None)
    assert not same_person("Anna Meier", None, "Anna Maier", None)


def test_holders_of_a_joint_account() -> None:
    assert holders("Anna Meier und Bernd Meier")[1:] == ["Anna Meier", "Bernd Meier"]
    assert holders("A. Meier / B. Meier")[1:] == ["A. Meier", "B. Meier"]
    assert holders("Anna Grundmeier") == ["Anna Grundmeier", "Anna Grundmeier"]
