# SPDX-License-Identifier: EUPL-1.2
"""Values that the passage has, but of somebody or something else, or with the opposite limit."""

import pytest

from genius_modules.citations import Evidence, check, facts_of

LETTER = Evidence(
    "Frau Meier erhält ein Wohngeld von 420 Euro. Herr Schulz erhält ein Wohngeld von 380 Euro. "
    "Die Miete beträgt 900 Euro und die Heizkosten 80 Euro. Der Rat stimmte mit 15 Stimmen bei 3 Gegenstimmen zu. "
    "Das Vermögen darf höchstens 60.000 Euro betragen. Die Wohnung hat 65 m². Frau Vogt zahlt 600 Euro Miete. "
    "Sie bekommt einen Zuschuss von 75 Euro."
)
SECTION = Evidence(
    "(1) Der Antrag ist schriftlich zu stellen. Die Behörde bestätigt den Eingang. (2) Übermittelt eine Behörde "
    "Angaben nach Absatz 1 an eine andere Stelle, unterrichtet sie den Betroffenen.",
    "§ 8d VwVfG Mitteilungen von Amts wegen",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Frau Meier bekommt 420 € Wohngeld, Herr Schulz 380 €.",
        "Das Wohngeld beträgt 380 Euro für Herrn Schulz und 420 Euro für Frau Meier.",
        "Die Heizkosten betragen 80 Euro, die Miete 900 Euro.",
        "Es gab 15 Stimmen und 3 Gegenstimmen.",
        "Das Vermögen darf bis zu 60.000 Euro betragen.",
        "Das Vermögen darf nicht mehr als 60.000 Euro betragen.",
        "Die Wohnung ist 65 Quadratmeter groß.",
        "Frau Vogt bekommt einen Zuschuss von 75 Euro.",
    ],
)
def test_what_is_said_of_the_same_is_supported(sentence: str) -> None:
    assert check(sentence, [LETTER]).supported, check(sentence, [LETTER]).values


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("Frau Meier erhält 380 Euro und Herr Schulz 420 Euro.", ["380 Euro", "420 Euro"]),
        ("Herr Schulz erhält ein Wohngeld von 420 Euro.", ["420 Euro"]),
        ("Die Miete beträgt 80 Euro.", ["80 Euro"]),
        ("Es gab 3 Stimmen.", ["3"]),
        ("Das Vermögen darf mindestens 60.000 Euro betragen.", ["mindestens 60.000 Euro"]),
        ("Die Wohnung hat 65 Meter.", ["65 Meter"]),
    ],
)
def test_what_is_said_of_another_is_not(sentence: str, values: list[str]) -> None:
    """OUT-06: an amount of another person, another item or with the opposite limit does not pass."""
    assert check(sentence, [LETTER]).values == values


def test_a_reference_is_compared_where_it_stands() -> None:
    """OUT-06: `nach Absatz 2` where the passage says `nach Absatz 1`."""
    right = "Übermittelt eine Behörde Angaben nach Abs. 1 an eine andere Stelle, unterrichtet sie den Betroffenen."
    assert check(right, [SECTION]).supported
    assert check(right.replace("Abs. 1", "Absatz 2"), [SECTION]).values == ["Absatz 2"]
    assert check("Nach Absatz 2 unterrichtet die Behörde den Betroffenen.", [SECTION]).supported


def test_a_section_without_absatz_has_none() -> None:
    passage = Evidence("Der Antrag ist schriftlich zu stellen.", "§ 8 VwVfG Antrag")
    assert check("Nach § 8 Abs. 2 VwVfG ist der Antrag schriftlich zu stellen.", [passage]).values == [
        "§ 8 Abs. 2 VwVfG"
    ]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("am 15.04.25.", "date", "2025-04-15"),
        ("Aktenzeichen 50.1-OW-60994/25 geführt", "file", "501ow6099425"),
        ("§ 105 des Gesetzes über Ordnungswidrigkeiten", "reference", "§ 105 owig"),
        ("nach S. 2", "reference", "satz 2"),
        ("65 qm", "measure", "65 m²"),
        ("höchstens 3 km", "measure", "3000 m"),
    ],
)
def test_notations(text: str, kind: str, value: str) -> None:
    assert value in {fact.value for fact in facts_of(text) if fact.kind == kind}


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        (
            "Im Januar wurden 12 Fälle gezählt, im Februar 19.",
            "Im Februar gab es 19 Fälle.",
            "Im Februar gab es 12 Fälle.",
        ),
        (
            "Für die Fassung stimmten 12 Mitglieder, dagegen 7.",
            "Die Fassung wurde mit 12 zu 7 Stimmen beschlossen.",
            "Die Fassung wurde mit 12 zu 9 Stimmen beschlossen.",
        ),
        ("Der Satz steigt von 3 auf 4 Prozent.", "Der Satz lag bei 3 Prozent.", "Der Satz lag bei 5 Prozent."),
        (
            "Der Antrag kann frühestens ab dem 1. März gestellt werden.",
            "Vor dem 1. März kann der Antrag nicht gestellt werden.",
            "Vor dem 1. März kann der Antrag gestellt werden.",
        ),
        (
            "Die Kosten liegen bei 1 bis 2 Mio. Euro.",
            "Die Kosten liegen zwischen 1 Mio. und 2 Mio. Euro.",
            "Die Kosten betragen mindestens 1 Euro.",
        ),
        ("Die Strafe beträgt 2 bis 5 Jahre.", "Die Strafe beträgt mindestens 2 Jahre.", "Die Strafe beträgt 2 Monate."),
        (
            "Die §§ 312, 312a und 404 Absatz 2 Nummer 19 bis 21 gelten.",
            "Die §§ 312, 312a und 404 Abs. 2 Nr. 20 gelten.",
            "Die §§ 312, 312a und 404 Abs. 2 Nr. 22 gelten.",
        ),
        ("Der Weg ist 2,5 km lang.", "Der Weg ist 2.500 Meter lang.", "Der Weg ist 250 Meter lang."),
    ],
)
def test_what_is_said_in_fewer_words_is_told_apart(source: str, right: str, wrong: str) -> None:
    """A part of a sentence leaves out the noun, the unit or the scale that the other part has."""
    evidence = [Evidence(source)]
    assert check(right, evidence).values == []
    assert check(wrong, evidence).values != []
