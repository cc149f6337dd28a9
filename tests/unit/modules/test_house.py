# SPDX-License-Identifier: EUPL-1.2
"""The house style in drafts: own templates with named places, head and foot, words that are only pointed at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.contracts.house_style import BODY, DraftKind, HouseStyle
from genius_modules.draft.house import House
from genius_modules.draft.templates import fields_of, fill, gaps_in, label_of

KINDS: tuple[DraftKind, ...] = ("vermerk", "brief", "email", "rede")


def drafted(style: HouseStyle | None, kind: DraftKind, notes: str, **given: str) -> str:
    house = House(style, kind)
    return fill(house.template, house.values({**fields_of(notes, house.template), **given}))


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_style_the_platform_s_holds(kind: DraftKind) -> None:
    house = House(None, kind)
    assert house.number is None
    assert drafted(None, kind, "x") == drafted(HouseStyle(), kind, "x")


def test_head_and_foot_of_the_house() -> None:
    style = HouseStyle(department="Amt A", address="Weg 1\n12345 Ort", contact="Tel. 0299 1", closing="Tschüss")
    text = drafted(style, "brief", "Eine Zeile.")
    assert text.startswith("Amt A\nWeg 1\n12345 Ort\nTel. 0299 1\n\n")
    assert "Tschüss" in text
    assert "Mit freundlichen Grüßen" not in text


def test_what_the_notes_say_comes_first() -> None:
    style = HouseStyle(department="Amt A")
    assert drafted(style, "brief", "Dienststelle: Amt B\nText").startswith("Amt B\n")


@pytest.mark.parametrize(
    ("recipient", "salutation"),
    [("Frau Erika Muster", "Sehr geehrte Frau Muster,"), ("Stadtwerke", "Guten Tag,"), ("", "Guten Tag,")],
)
def test_the_salutation_of_the_house_is_for_those_without_a_name(recipient: str, salutation: str) -> None:
    text = drafted(HouseStyle(salutation="Guten Tag,"), "email", "Text", empfaenger=recipient)
    assert f"\n{salutation}\n" in text


def test_a_speech_keeps_its_own_words_at_the_end() -> None:
    text = drafted(HouseStyle(closing="Beste Grüße", salutation="Guten Tag,"), "rede", "Text")
    assert "Beste Grüße" not in text
    assert "Vielen Dank für Ihre Aufmerksamkeit." in text


def test_own_places_are_filled_by_their_name_or_stay_a_gap() -> None:
    style = HouseStyle(templates={"brief": "Zeichen: {{kassen_zeichen}}\nRaum {{?raum}}\n{{inhalt}}"})
    text = drafted(style, "brief", "Kassen Zeichen: 12\nDer Text.")
    assert text == "Zeichen: 12\nDer Text."
    text = drafted(style, "brief", "Raum: 3\nDer Text.")
    assert text == "Zeichen: [Bitte ergänzen: Kassen zeichen]\nRaum 3\nDer Text."
    assert gaps_in(text) == ["Kassen zeichen"]


def test_names_of_places() -> None:
    assert (label_of("wuerdigung"), label_of("kassenzeichen")) == ("Würdigung", "Kassenzeichen")


WORDS = st.text(alphabet="abc äß.1", min_size=1, max_size=60)


@given(
    st.sampled_from(KINDS), st.lists(WORDS, max_size=6), st.lists(st.sampled_from(["ort", "betreff", "frist", "raum"]))
)
def test_no_word_of_the_notes_is_lost_in_any_template(kind: DraftKind, lines: list[str], places: list[str]) -> None:
    """Whatever places a valid template has, every word of the notes stands in the draft."""
    body = " / ".join(f"{{{{{name}}}}}" for name in places) + f"\n{{{{{BODY[kind]}}}}}"
    style = HouseStyle(templates={kind: body})
    assert list(style.faults()) == []
    notes = "\n".join(lines)
    text = drafted(style, kind, notes)
    for word in notes.split():
        assert word in text


@given(st.text(alphabet="{}?abAB_ \n", max_size=60))
def test_a_template_without_faults_leaves_no_braces(text: str) -> None:
    style = HouseStyle(templates={"email": f"{text}\n{{{{inhalt}}}}"})
    if not list(style.faults()):
        filled = fill(House(style, "email").template, {"inhalt": "X"})
        assert "{{" not in filled
        assert "}}" not in filled
        assert "X" in filled


STYLE = HouseStyle.model_validate(
    {
        "words": [
            {"instead_of": "Bürger", "say": "Bürgerinnen und Bürger"},
            {"instead_of": "zwecks", "say": "für"},
            {"instead_of": "in Wegfall kommen", "say": "wegfallen"},
        ]
    }
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Der Bürger kommt.", ["Bürger"]),
        ("Die Bürgerinnen und Bürger kommen.", []),
        ("Der Bürgermeister kommt.", []),
        ("Zwecks Prüfung soll es in Wegfall kommen.", ["Zwecks", "in Wegfall kommen"]),
        ("Ein BÜRGER zahlt.", ["BÜRGER"]),
        ("Bürgerinnen und Bürger sehen den Bürger.", ["Bürger"]),
    ],
)
def test_words_of_the_house_are_pointed_at(text: str, written: list[str]) -> None:
    found = list(House(STYLE, "brief").wordings(text))
    assert [one.written for one in found] == written
    assert [text[one.char_from : one.char_to] for one in found] == written


def test_nothing_is_replaced_by_itself() -> None:
    assert "zwecks Prüfung" in drafted(STYLE, "brief", "Wir schreiben zwecks Prüfung.")


def test_the_model_is_told_the_words() -> None:
    assert House(STYLE, "brief").words_for_model.splitlines()[1] == "„für“ statt „zwecks“"
    assert House(None, "brief").words_for_model == ""
