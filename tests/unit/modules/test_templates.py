# SPDX-License-Identifier: EUPL-1.2
"""House templates filled from notes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.draft.templates import LABELS, fields_of, fill, gaps_in, salutation, template

KINDS = ("vermerk", "brief", "email", "rede")


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_template_is_all_gaps(kind: str) -> None:
    form = template(kind)
    text = fill(form, {})
    assert "{{" not in text
    assert set(gaps_in(text)) <= set(LABELS.values())
    assert LABELS[form.body_field] in gaps_in(text)


@given(st.sampled_from(KINDS), st.text(alphabet="abc :\n-äß.1", max_size=200))
def test_no_word_of_the_notes_is_lost(kind: str, notes: str) -> None:
    """Nothing is silently cut: every word of the notes stands in the draft."""
    form = template(kind)
    text = fill(form, fields_of(notes, form))
    for word in notes.replace(":", " ").split():
        assert word in text


def test_keys_go_to_their_place_and_the_rest_into_the_body() -> None:
    form = template("vermerk")
    notes = (
        "Az: 50-12/26\nBetreff: Parkbank\nDie Bank ist kaputt.\nWürdigung: Gefahr.\nBitte bald.\n\nVorschlag: Bauhof."
    )
    found = fields_of(notes, form)
    assert found["aktenzeichen"] == "50-12/26"
    assert found["betreff"] == "Parkbank"
    assert found["sachverhalt"] == "Die Bank ist kaputt."
    assert found["wuerdigung"] == "Gefahr.\nBitte bald."
    assert found["vorschlag"] == "Bauhof."
    assert gaps_in(fill(form, found)) == ["Datum", "Name"]


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("Frau Erika Muster", "Sehr geehrte Frau Muster,"),
        ("Herrn Dr. Max Beispiel, Hauptstraße 1", "Sehr geehrter Herr Dr. Beispiel,"),
        ("Bauamt", "Sehr geehrte Damen und Herren,"),
        ("", "Sehr geehrte Damen und Herren,"),
    ],
)
def test_salutations(recipient: str, expected: str) -> None:
    assert salutation(recipient, "brief") == expected
