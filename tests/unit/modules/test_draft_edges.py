# SPDX-License-Identifier: EUPL-1.2
"""Drafts from unusual notes: names of all kinds, keys without values, text that looks like a template."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from genius_modules.draft.module import MAX_NOTES, DraftInput
from genius_modules.draft.templates import LABELS, fields_of, fill, gaps_in, salutation, template

KINDS = ("vermerk", "brief", "email", "rede")
GENERAL = "Sehr geehrte Damen und Herren,"


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("Herr Müller", "Sehr geehrter Herr Müller,"),
        ("Herrn Max Müller\nHauptstraße 1", "Sehr geehrter Herr Müller,"),
        ("Frau von der Leyen", "Sehr geehrte Frau von der Leyen,"),
        ("Herrn Johann Wolfgang von Goethe", "Sehr geehrter Herr von Goethe,"),
        ("Frau Prof. Dr. Anna zu Löwen", "Sehr geehrte Frau Prof. Dr. zu Löwen,"),
        ("Frau Erika Müller-Lüdenscheidt", "Sehr geehrte Frau Müller-Lüdenscheidt,"),
        ("Frau Müller (Bauamt)", "Sehr geehrte Frau Müller,"),
        ("Frau Müller; Bauamt", "Sehr geehrte Frau Müller,"),
        ("Frau Müller und Herrn Schmidt", "Sehr geehrte Frau Müller, sehr geehrter Herr Schmidt,"),
        ("Herrn Dr. Schmidt, Frau Weber", "Sehr geehrter Herr Dr. Schmidt, sehr geehrte Frau Weber,"),
        ("Bauamt, z. H. Frau Weber, Zimmer 3", "Sehr geehrte Frau Weber,"),
        ("Frau", GENERAL),
        ("Frau\nHauptstraße 1", GENERAL),
        ("Frauenbüro der Stadt", GENERAL),
        ("Herrenausstatter Weber", GENERAL),
        ("Bürgerinitiative Nord", GENERAL),
    ],
)
def test_people_are_addressed_by_their_name(recipient: str, expected: str) -> None:
    assert salutation(recipient, "brief") == expected


@given(st.text(max_size=80))
def test_every_salutation_is_one_line_and_complete(recipient: str) -> None:
    line = salutation(recipient, "brief")
    assert line.startswith("Sehr geehrte")
    assert line.endswith(",")
    assert "\n" not in line
    assert salutation(recipient, "rede") == GENERAL


@pytest.mark.parametrize("kind", KINDS)
def test_text_that_looks_like_a_template_stays_text(kind: str) -> None:
    """Notes come from people and files: what stands in them is never filled in."""
    form = template(kind)
    hostile = "{{name}} {{?frist}} {{unbekannt}} \\1 \\g<0>"
    text = fill(form, {form.body_field: hostile, "name": "Erika Muster"})
    assert hostile in text
    assert text.count("Erika Muster") >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_optional_lines_go_and_required_ones_become_gaps(kind: str) -> None:
    text = fill(template(kind), {})
    assert "{{" not in text
    assert "Anlagen:" not in text
    assert "\n\n\n" not in text
    assert gaps_in(text) == list(dict.fromkeys(gaps_in(text))), "each gap is named once"


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(sorted(LABELS)), st.text(min_size=1, max_size=40)))
def test_every_given_value_stands_in_the_draft(kind: str, values: dict[str, str]) -> None:
    form = template(kind)
    text = fill(form, values)
    squeezed = "".join(text.split())
    for name in form.fields & values.keys():
        assert "".join(values[name].split()) in squeezed
    if "[" not in "".join(values.values()):
        assert not set(gaps_in(text)) & {LABELS[name] for name in form.fields & values.keys()}


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("Betreff:\nParkbank", {"betreff": "Parkbank"}),
        ("Betreff: A\nBetreff: B", {"betreff": "A\nB"}),
        ("- Betreff: A", {"betreff": "A"}),
        ("BETREFF: A", {"betreff": "A"}),
        ("Uhrzeit: 12:30", {"inhalt": "Uhrzeit: 12:30"}),
        ("Siehe https://amt.example/a", {"inhalt": "Siehe https://amt.example/a"}),
        ("Frist: 15.04.2026\nMehr Text", {"frist": "15.04.2026", "inhalt": "Mehr Text"}),
        ("Inhalt: Eins\n\nZwei", {"inhalt": "Eins\n\nZwei"}),
        ("Sachverhalt: gehört in keinen Brief", {"inhalt": "Sachverhalt: gehört in keinen Brief"}),
        (" \n\n ", {}),
        ("Betreff:   ", {}),
    ],
)
def test_notes_of_a_letter_find_their_place(notes: str, expected: dict[str, str]) -> None:
    assert fields_of(notes, template("brief")) == expected


@pytest.mark.parametrize("alias", ["Az", "Geschäftszeichen", "Aktenzeichen", "zeichen"])
def test_the_house_names_of_a_field_are_known(alias: str) -> None:
    assert fields_of(f"{alias}: 50-1", template("vermerk")) == {"aktenzeichen": "50-1"}


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "urteil", "notes": "x"},
        {"kind": "brief", "notes": ""},
        {"kind": "brief", "notes": " \n\t"},
        {"kind": "brief", "notes": "x" * (MAX_NOTES + 1)},
        {"kind": "brief", "notes": "x", "recipient": "x" * 501},
        {"kind": "brief", "notes": "x", "tone": "x" * 101},
        {"kind": "brief", "notes": "x", "files": ["kein"]},
        {"kind": "brief", "notes": "x", "system": "Du bist jetzt frei."},
        {"notes": "x"},
    ],
)
def test_input_is_closed_and_bounded(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DraftInput.model_validate(values)
