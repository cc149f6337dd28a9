# SPDX-License-Identifier: EUPL-1.2
"""Values in the shapes that papers give them: found as a whole or not at all, and never read as something else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.extract.amounts import decimal_of, euros_of
from genius_modules.extract.candidates import candidates
from genius_modules.extract.reading import Source, answer
from genius_modules.extract.values import iban_holds, read
from genius_modules.extract.wanted import Kind, Wanted, from_lines

IBAN = "DE66999500000004711023"
THIN, HARD = "\u202f", "\u00a0"


def found(kind: Kind, text: str) -> list[tuple[str, object]]:
    """What is taken for a value, and what it is read as."""
    return [(span.of(text), read(Wanted("x", "x", kind=kind), span.of(text)).value) for span in candidates(kind, text)]


def values(fields: str, text: str) -> dict[str, object]:
    wanted, errors = from_lines(fields)
    assert not errors
    answers = answer(wanted, [Source(0, text)])
    return {one.field.name: one.places[0].value if one.state == "found" else one.state for one in answers}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,- EUR", 1234.0),
        ("1.234,-EUR", 1234.0),
        ("EUR 1.234,--", 1234.0),
        ("18.750,– Euro", 18750.0),
        ("5.- €", 5.0),
        ("1.000.- €", 1000.0),
        ("€1.000", 1000.0),
        ("1234,5 Euro", 1234.5),
        ("1 234 567,89 €", 1234567.89),
        (f"12{THIN}500,00{HARD}€", 12500.0),
        (f"12{HARD}500 €", 12500.0),
        ("1’000,00 €", 1000.0),
        ("31'250,00 €", 31250.0),
        ("-3.200,00 €", -3200.0),
        ("minus 3.200,00 €", -3200.0),
        ("3.200,00- €", -3200.0),
        ("€ -12,00", -12.0),
        ("-,50 €", 0.5),
        ("2,4 Mio. Euro", 2400000.0),
        ("3 Millionen Euro", 3000000.0),
        ("50 Cent", 0.5),
        ("5 Cent", 0.05),
        ("12 Euro 50 Cent", 12.5),
        ("12 Euro und 5 Cent", 12.05),
        ("0,05 €", 0.05),
    ],
)
def test_amounts_are_read_as_a_whole(text: str, value: float) -> None:
    assert found("amount", f"Zu zahlen: {text}.") == [(text, value)]


def test_an_amount_of_euros_and_cents_without_the_word() -> None:
    assert found("amount", "Sie zahlen 12 Euro 50.") == [("12 Euro 50", 12.5)]
    assert found("amount", "Sie zahlen 12 Euro 30 Tage lang.") == [("12 Euro", 12.0)]


@pytest.mark.parametrize("text", ["100,00 bis 200,00 EUR", "100-200 €", "EUR 100 bis 200", "100 € bis 200 €"])
def test_two_figures_are_no_amount(text: str) -> None:
    """Half of a range would look like a value."""
    assert found("amount", f"Kosten: {text} im Jahr") == [(text, None)]


@pytest.mark.parametrize("text", ["1.234,567 €", "1.234.56 EUR"])
def test_what_can_be_read_in_two_ways_is_no_value(text: str) -> None:
    assert [value for _, value in found("amount", text)] == [None]


@pytest.mark.parametrize("text", ["CHF 500", "45 TEUR", "7l5,00 EUR", "100 Eurobonds", "x1.000 €", "12345678901234 €"])
def test_no_part_of_something_else_is_an_amount(text: str) -> None:
    assert found("amount", text) == []


@given(
    st.decimals(min_value=0, max_value=Decimal("999999999.99"), places=2),
    st.sampled_from([".", " ", THIN, "'", "’", ""]),
)
def test_any_amount_comes_back_whatever_parts_its_thousands(amount: Decimal, group: str) -> None:
    written = f"{amount:,.2f}".replace(",", "X").replace(".", ",").replace("X", group)
    assert found("amount", f"Summe {written} € brutto")[0] == (f"{written} €", float(amount))


@given(st.text(alphabet="0123456789.,- ’'€EUR", max_size=30))
def test_a_figure_is_a_number_or_nothing(text: str) -> None:
    for figure in (decimal_of(text), euros_of(text)):
        assert figure is None or figure.is_finite()


@pytest.mark.parametrize(
    "written",
    [
        IBAN,
        "DE66 9995 0000 0004 7110 23",
        "DE 66 9995 0000 0004 7110 23",
        "DE66 99950000 0004711023",
        "DE66-9995-0000-0004-7110-23",
        "DE66.9995.0000.0004.7110.23",
        "de66 9995 0000 0004 7110 23",
        "DE66  9995  0000  0004  7110  23",
        " ".join(IBAN),
        IBAN.replace("DE66", f"DE66{HARD}"),
        "DE66\n9995 0000 0004 7110 23",
    ],
)
@pytest.mark.parametrize("around", ["Konto: {}", "IBAN {} BIC MUSTDEFF", "({}), Musterbank", "auf {}. Danke"])
def test_an_iban_with_odd_blanks(written: str, around: str) -> None:
    assert found("iban", around.format(written)) == [(written, IBAN)]


def test_an_iban_right_behind_its_label() -> None:
    assert found("iban", f"IBAN{IBAN}") == [(IBAN, IBAN)]


@given(st.integers(0, 21), st.integers(1, 9))
def test_a_wrong_digit_is_never_an_iban(place: int, step: int) -> None:
    old = IBAN[place]
    if not old.isdigit():
        return
    changed = IBAN[:place] + str((int(old) + step) % 10) + IBAN[place + 1 :]
    assert not iban_holds(changed)
    assert found("iban", f"IBAN {changed}") == [(changed, None)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1. März 2026", "2026-03-01"),
        ("1.März 2026", "2026-03-01"),
        ("1. MAI 2026", "2026-05-01"),
        ("01.03.2026", "2026-03-01"),
        ("1. 3. 2026", "2026-03-01"),
        ("31. 12.2025", "2025-12-31"),
        ("2026-03-01", "2026-03-01"),
        ("11. Sept. 2025", "2025-09-11"),
        ("1. Mrz. 2026", "2026-03-01"),
        ("2. Maerz 2026", "2026-03-02"),
        ("2. Jänner 2026", "2026-01-02"),
        ("1.III.2026", "2026-03-01"),
        ("24. XII. 2025", "2025-12-24"),
        ("dritten Juni 2026", "2026-06-03"),
        ("ersten August 2025", "2025-08-01"),
        ("einunddreißigsten Dezember 2025", "2025-12-31"),
        ("3ten Juni 2026", "2026-06-03"),
    ],
)
def test_dates_in_figures_and_in_words(text: str, value: str) -> None:
    assert found("date", f"Sie kommen am {text}, bitte.") == [(text, value)]


def test_both_ends_of_a_period() -> None:
    text = "Zeitraum 01.04.2026-31.12.2026"
    assert [value for _, value in found("date", text)] == ["2026-04-01", "2026-12-31"]


@pytest.mark.parametrize(
    "text", ["O3.02.2026", "1.03.2O26", "12.01.03.2026", "Version 1.2.2026b", "A1.02.2026", "1.2.20261"]
)
def test_a_misread_date_is_no_other_date(text: str) -> None:
    assert found("date", text) == []


@pytest.mark.parametrize(
    "text", ["31.02.2026", "1.13.2026", "31. Juni 2026", "1.XIII.2026", "7.8.61", "dreißigsten Februar 2026"]
)
def test_a_date_that_does_not_exist_is_found_and_no_value(text: str) -> None:
    assert [value for _, value in found("date", text)] == [None]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), st.sampled_from(["%d.%m.%Y", "%Y-%m-%d"]))
def test_every_day_comes_back(day: dt.date, shape: str) -> None:
    assert found("date", f"am {day.strftime(shape)} um 9 Uhr")[0][1] == day.isoformat()


@pytest.mark.parametrize(
    "address",
    [
        "Kastanienallee 18 b, 40997 Musterstadt",
        "An der Alten Ziegelei 4-6, 40994 Bad Musterbach",
        "Große Bleiche 101, Whg. 14, 40990 Musterstadt",
        "Lindenweg 3, 2. OG links, 40990 Musterstadt",
        "Postfach 12 34, 40999 Musterstadt",
        "Am Markt 12 A, D-40989 Altstadt",
        "Straße des 17. Juni 12\n           40994 Bad Musterbach",
        "Rosenweg 77 – 40987 Blumental",
    ],
)
def test_addresses(address: str) -> None:
    assert found("address", f"wohnhaft: {address}\n") == [(address, " ".join(address.split()))]


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Geschäftszeichen (bitte immer angeben)", "44-11-902 388"),
        ("Aktenzeichen (falls bekannt)", "WG-2026/0815"),
        ("3.1 Aktenzeichen*", "50-WG 7731/25"),
        ("Az.", "7 K 2284/25.A"),
        ("Geschäftszeichen", "BV 2026/17-63"),
    ],
)
def test_a_file_number_beside_its_label_is_taken_whole(label: str, value: str) -> None:
    assert values("Aktenzeichen (Aktenzeichen)", f"{label}: {value}\nOrt: Köln")["Aktenzeichen"] == value


def test_number_plates_are_signs_as_a_whole() -> None:
    assert [raw for raw, _ in found("file_number", "Der Wagen MU-XY 417 E und MU-A 1 parken.")] == [
        "MU-XY 417 E",
        "MU-A 1",
    ]


def test_an_amount_is_no_date_however_its_label_looks() -> None:
    text = "Zu zahlen sind: 1.091,80 €\nZahlen Sie bis spätestens 31.03.2026."
    assert values("Zahlen bis (Datum)", text) == {"Zahlen bis": "2026-03-31"}


def test_what_a_label_means_is_not_cut_off_with_its_advice() -> None:
    """`(netto)` tells two amounts apart, `(bitte angeben)` tells nothing."""
    text = "Betrag (netto): 100,00 €\nBetrag (brutto): 119,00 €"
    assert values("Betrag netto (Betrag)\nBetrag brutto (Betrag)", text) == {
        "Betrag netto": 100.0,
        "Betrag brutto": 119.0,
    }


@pytest.mark.parametrize("label", ["Fax", "Telefax", "Faxnummer"])
def test_a_fax_number_by_any_of_its_names(label: str) -> None:
    assert values("Fax (Telefon)", f"{label}: 02999/88 99 10") == {"Fax": "02999/88 99 10"}


@pytest.mark.parametrize("number", ["(02999) 4 77 81", "+49 2999 771 20-0", "0299 880-4417", "0049 2999 77120"])
def test_phone_numbers_beside_their_label(number: str) -> None:
    assert values("Telefon (Telefon)", f"Telefon: {number}") == {"Telefon": number}
