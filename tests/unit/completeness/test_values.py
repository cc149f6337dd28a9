# SPDX-License-Identifier: EUPL-1.2
"""Dates, money, months and names as people write them; nothing that can be read in two ways is a value."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.completeness.capture import values
from genius_modules.completeness.capture.folded import find_words, fold, name_parts
from genius_modules.completeness.capture.marks import read_marks

MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September"]
MONTHS += ["Oktober", "November", "Dezember"]
YES_NO = {"true": ["Ja"], "false": ["Nein"]}


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), st.integers(0, 3))
def test_a_day_is_read_however_it_is_written(day: dt.date, form: int) -> None:
    written = [
        f"{day:%d.%m.%Y}",
        f"{day.day}.{day.month}.{day.year}",
        day.isoformat(),
        f"{day.day}. {MONTHS[day.month - 1]} {day.year}",
    ]
    assert values.date(written[form]) == day
    assert [found for found, _, _ in values.dates(f"am {written[form]}, dann")] == [day]


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1900, 2100))
def test_a_day_that_does_not_exist_is_never_another(day: int, month: int, year: int) -> None:
    found = values.date(f"{day}.{month}.{year}")
    assert found is None or (found.day, found.month, found.year) == (day, month, year)


@pytest.mark.parametrize("written", ["31.02.1990", "03.05.61", "3.5.", "29.02.2023", "1990", "17/04/1988", "morgen"])
def test_an_impossible_or_short_day_is_no_day(written: str) -> None:
    assert values.date(written) is None


@given(st.integers(0, 99_999_999))
def test_the_same_amount_is_the_same_however_it_is_written(cents: int) -> None:
    euros, rest = divmod(cents, 100)
    grouped = f"{euros:,}".replace(",", ".")
    for written in (f"{grouped},{rest:02} €", f"{euros},{rest:02}", f"EUR {grouped},{rest:02}"):
        assert values.money(written) == cents
        assert values.money(f"-{written}" if written[0].isdigit() else written) == (
            -cents if written[0].isdigit() else cents
        )
    if not rest:
        assert {values.money(w) for w in (grouped, str(euros), f"{euros},-", f"{euros},-- €")} == {cents}


@pytest.mark.parametrize("written", ["1,200.00", "12.00", "1.20,00", "12,5", "1.2.3", "zwölf", "12 - 13", "--5", ""])
def test_an_amount_that_can_be_read_in_two_ways_is_none(written: str) -> None:
    assert values.money(written) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    values.date(text), values.dates(text), values.money(text), values.amounts(text), values.months(text)
    values.decimal(text), values.integer(text), values.iban(text), values.periods(text)
    read_marks(text, YES_NO, rough=True)
    folded = fold(text)
    assert len(folded.text) == len(folded.at)
    assert find_words([text], text) == [] or fold(text).text


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("Lohnabrechnung Juli 2026, erstellt am 26.08.2026", ["2026-07"]),
        ("Juli bis September 2026", ["2026-07", "2026-08", "2026-09"]),
        ("Juli, August und September 2026", ["2026-07", "2026-08", "2026-09"]),
        ("Abrechnungsmonat: 07/2026", ["2026-07"]),
        ("Zeitraum 01.07.2026 - 31.07.2026", ["2026-07"]),
        ("Zeitraum 02.07.2026 - 31.07.2026", []),
        ("Monat 2026-07", ["2026-07"]),
        ("Mai 61", []),
    ],
)
def test_months(text: str, months: list[str]) -> None:
    assert values.months(text) == months


def test_an_area_keeps_its_decimals() -> None:
    assert [values.decimal(text) for text in ("64,5 m²", "48 m²", "ca. 18 qm", "64.5", "viel")] == [
        Decimal("64.5"),
        Decimal(48),
        Decimal(18),
        None,
        None,
    ]


NAME = st.text("abcdefghijklmnopqrstuvwxyzäöüß", min_size=2, max_size=9).map(str.title)


@given(st.lists(NAME, min_size=2, max_size=4, unique=True), st.randoms())
def test_a_name_is_the_same_in_any_order_and_spelling(parts: list[str], random: object) -> None:
    spelled = [p.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss") for p in parts]
    assert name_parts(" ".join(parts)) == name_parts("-".join(reversed([part.upper() for part in spelled])))
    assert name_parts(" ".join([*parts, "Zusatz"])) != name_parts(" ".join(parts))


def test_double_names_and_accents() -> None:
    assert name_parts("Größ-Völkel, Jürgen") == name_parts("Juergen Groess Voelkel")
    assert name_parts("José Muñoz") == name_parts("Munoz Jose")


@pytest.mark.parametrize(
    ("text", "state", "chosen"),
    [
        ("☒ Ja ☐ Nein", "stated", ("true",)),
        ("[ ] Ja [x] Nein", "stated", ("false",)),
        ("( ) Ja (X) Nein", "stated", ("false",)),
        ("Ja ☐ Nein ☒", "stated", ("false",)),
        ("☐ Ja ☐ Nein", "blank", ()),
        ("", "blank", ()),
        ("☒ Ja ☒ Nein", "stated", ("true", "false")),
        ("Nein", "stated", ("false",)),
        ("ja (Gymnasium)", "stated", ("true",)),
        ("vielleicht", "unsure", ()),
        ("[x] Ja [ ] Nein [x] mich", "stated", ("true",)),
        ("(Ja oder Nein) [ ] Ja [x] Nein", "stated", ("false",)),
    ],
)
def test_boxes(text: str, state: str, chosen: tuple[str, ...]) -> None:
    found = read_marks(text, YES_NO)
    assert (found.state, found.chosen) == (state, chosen)
