# SPDX-License-Identifier: EUPL-1.2
"""Fields out of texts: what is sure becomes a value with its place, what is not stays visible as written."""

from __future__ import annotations

import time
from typing import Any

import pytest

from genius_modules.extract.reading import Answer, Source, answer
from genius_modules.extract.result import values_of
from genius_modules.extract.values import decimal_of, iban_holds, read
from genius_modules.extract.wanted import Wanted, from_lines, from_schema

LETTER = """Stadt Musterhausen, Wohngeldstelle
Aktenzeichen: WG-2026/0815
Musterhausen, 3. März 2026

Frau Anna Schmidt
Lindenweg 12 a
40213 Musterhausen

Rechnungsdatum: 31.02.2026      Kundennummer: 4711
Geburtsdatum
12.05.1980
Gesamtbetrag: 1.234,56 EUR
Bitte zahlen Sie bis zum 15.04.2026 auf das Konto DE89 3704 0044 0532 0130 00.
Telefon: 0211 899-1234, E-Mail: wohngeld@musterhausen.example
Haustiere: nein

Position | Menge | Einzelpreis
Heizung | 2 | 100,00
Wasser | 1 | 33,3x
Strom | 4 | 12,50 €
"""


def asked(lines: str, *texts: str) -> dict[str, Answer]:
    fields, errors = from_lines(lines)
    assert errors == []
    found = answer(fields, [Source(number, text) for number, text in enumerate(texts or (LETTER,))])
    return {one.field.name: one for one in found}


@pytest.mark.parametrize(
    ("line", "value", "how"),
    [
        ("Aktenzeichen (Aktenzeichen)", "WG-2026/0815", "label"),
        ("Az. (Aktenzeichen)", "WG-2026/0815", "label"),
        ("Kundennummer", "4711", "label"),
        ("Geburtsdatum (Datum)", "1980-05-12", "label"),
        ("Gesamtbetrag (Betrag)", 1234.56, "label"),
        ("Rechnungsbetrag (Betrag)", 1234.56, "label"),
        ("IBAN (IBAN)", "DE89370400440532013000", "only"),
        ("Anschrift (Anschrift)", "Lindenweg 12 a 40213 Musterhausen", "only"),
        ("Telefonnummer (Telefon)", "0211 899-1234", "label"),
        ("E-Mail (E-Mail)", "wohngeld@musterhausen.example", "label"),
        ("Haustiere (Ja/Nein)", False, "label"),
        ("Konto (IBAN)", "DE89370400440532013000", "near"),
    ],
)
def test_values_of_a_letter(line: str, value: object, how: str) -> None:
    (found,) = asked(line).values()
    assert (found.state, found.places[0].value, found.places[0].how) == ("found", value, how)
    place = found.places[0]
    assert LETTER[place.span.start : place.span.end] == place.raw


@pytest.mark.parametrize("line", ["Rechnungsdatum (Datum)"])
def test_an_impossible_date_is_no_value(line: str) -> None:
    (found,) = asked(line).values()
    assert (found.state, found.places[0].value, found.places[0].raw) == ("invalid", None, "31.02.2026")
    assert found.places[0].why == "Dieses Datum gibt es nicht."


@pytest.mark.parametrize("line", ["Sterbedatum (Datum)", "Anschrift des Vermieters (Anschrift)", "Steuernummer", "Kfz"])
def test_what_is_not_there_is_missing_and_not_taken_from_elsewhere(line: str) -> None:
    """One date in a letter is not the date of anything."""
    (found,) = asked(line).values()
    assert (found.state, found.places) == ("missing", ())


def test_different_values_are_no_value() -> None:
    found = asked("Gesamtbetrag (Betrag)", "Gesamtbetrag: 10,00 Euro", "Gesamtbetrag: 12,00 Euro")["Gesamtbetrag"]
    assert (found.state, [place.value for place in found.places]) == ("ambiguous", [10.0, 12.0])
    same = asked("Gesamtbetrag (Betrag)", "Gesamtbetrag: 10,00 Euro", "Gesamtbetrag: 10 EUR")["Gesamtbetrag"]
    assert (same.state, len(same.places)) == ("found", 2)


def test_two_labels_on_a_line_whose_spaces_were_lost() -> None:
    text = "Ihr Zeichen: X1 Rechnungsdatum: 1.2.2026 Kundennummer: 47 11"
    found = asked("Kundennummer\nRechnungsdatum (Datum)\nIhr Zeichen", text)
    assert [one.places[0].raw for one in found.values()] == ["47 11", "1.2.2026", "X1"]


def test_a_label_belongs_to_the_field_that_it_fits_best() -> None:
    text = "Rechnungsdatum: 01.03.2026\nLieferdatum: 02.03.2026\nDatum: 03.03.2026"
    found = asked("Rechnungsdatum (Datum)\nLieferdatum (Datum)\nDatum (Datum)", text)
    assert [one.places[0].value for one in found.values()] == ["2026-03-01", "2026-03-02", "2026-03-03"]


def test_rows_of_a_table() -> None:
    schema = {
        "type": "object",
        "properties": {
            "positionen": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "bezeichnung": {"type": "string", "title": "Position"},
                        "menge": {"type": "integer"},
                        "preis": {"type": ["string", "null"], "format": "currency", "title": "Einzelpreis"},
                    },
                },
            },
            "daten": {"type": "array", "items": {"type": "string", "format": "date"}},
        },
    }
    fields, errors = from_schema(schema)
    assert errors == []
    answers = answer(fields, [Source(0, LETTER)])
    assert values_of(answers) == {
        "positionen": [
            {"bezeichnung": "Heizung", "menge": 2, "preis": "100.00"},
            {"bezeichnung": "Wasser", "menge": 1, "preis": None},
            {"bezeichnung": "Strom", "menge": 4, "preis": "12.50"},
        ],
        "daten": ["2026-03-03", None, "1980-05-12", "2026-04-15"],
    }


@pytest.mark.parametrize(
    ("schema", "pointers"),
    [
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "a"}}}, ["/schema/properties/a/pattern"]),
        ({"type": "object", "properties": {"a": {"type": "string", "format": "uri"}}}, ["/schema/properties/a/format"]),
        ({"type": "object", "properties": {"a": {"$ref": "https://x.example"}}}, ["/schema/properties/a/$ref"]),
        ({"type": "object", "properties": {"a/b": {"type": "null"}}}, ["/schema/properties/a~1b/type"]),
        ({"type": "object", "properties": {}}, ["/schema/properties"]),
        ({"type": "array"}, ["/schema/type"]),
        ({"type": "object", "oneOf": [], "properties": {"a": {"type": "string"}}}, ["/schema/oneOf"]),
        ({"type": "object", "properties": {"a": {"type": "string", "enum": [1]}}}, ["/schema/properties/a/enum"]),
        ({"type": "object", "required": ["b"], "properties": {"a": {"type": "string"}}}, ["/schema/required"]),
        ({"type": "object", "properties": {"a": {"type": "string", "title": 3}}}, ["/schema/properties/a/title"]),
        ({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "array"}}}},
         ["/schema/properties/a/items/type"]),
        ({"type": "object", "properties": {f"f{n}": {"type": "string"} for n in range(61)}},
         ["/schema/properties/f60"]),
    ],
)  # fmt: skip
def test_a_schema_beyond_the_subset_is_refused_by_name(schema: dict[str, Any], pointers: list[str]) -> None:
    assert [error.pointer for error in from_schema(schema)[1]] == pointers


@pytest.mark.parametrize("text", ["Name (Farbe)", "x" * 90, "(Datum)", "Name\nName", "  "])
def test_a_list_of_fields_that_makes_no_sense_is_refused(text: str) -> None:
    assert [error.pointer for error in from_lines(text)[1]] == ["/fields"]


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("date", "29.02.2024", "2024-02-29"), ("date", "29.02.2026", None), ("date", "1. Februar 2026", "2026-02-01"),
        ("date", "2026-02-01", "2026-02-01"), ("date", "01.02.26", None), ("date", "01.13.2026", None),
        ("date", "32.01.2026", None), ("date", "Februar 2026", None), ("date", "01.02.0000", None),
        ("amount", "1.234,56 €", 1234.56), ("amount", "EUR 12,-", 12.0), ("amount", "-3,50", -3.5),
        ("amount", "1.23,4", None), ("amount", "12.50", 12.5), ("amount", "1,234.56", None),
        ("amount", "1.234", 1234.0),
        ("amount", "3,505", None), ("amount", "viel", None), ("amount", "10 - 20", None),
        ("integer", "12", 12), ("integer", "12,5", None), ("number", "12,5", 12.5), ("number", "12a", None),
        ("boolean", "Ja", True), ("boolean", "vielleicht", None),
        ("iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"), ("iban", "DE89370400440532013001", None),
        ("iban", "DE8937040044053201300", None), ("email", "a@b", None), ("phone", "12", None),
        ("address", "Lindenweg 1", None), ("file_number", "ohne", None),
    ],
)  # fmt: skip
def test_what_is_impossible_is_never_coerced(kind: Any, raw: str, value: object) -> None:
    found = read(Wanted("x", "x", kind=kind), raw)
    assert (found.value, bool(found.why)) == (value, value is None)


def test_check_digits_of_an_iban_find_every_changed_digit() -> None:
    iban = "DE89370400440532013000"
    assert iban_holds(iban)
    for at in range(2, len(iban)):
        for digit in "0123456789":
            changed = iban[:at] + digit + iban[at + 1 :]
            assert iban_holds(changed) is (changed == iban)


def test_a_number_that_reads_in_two_ways_is_none() -> None:
    assert decimal_of("1.234.56") is None
    assert decimal_of("1,234,567") is None


@pytest.mark.parametrize(
    "text",
    ["1." * 50000, "Name: " * 20000, "A " * 60000, "DE89" * 9999, " | a" * 30000, "Tel 0" * 9999],
)
def test_the_time_grows_with_the_length_only(text: str) -> None:
    started = time.monotonic()
    asked(
        "Name\nDatum (Datum)\nBetrag (Betrag)\nIBAN (IBAN)\nTelefon (Telefon)\nAnschrift (Anschrift)\nE-Mail (E-Mail)",
        text,
    )
    assert time.monotonic() - started < 3
