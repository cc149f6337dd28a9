# SPDX-License-Identifier: EUPL-1.2
"""extract over HTTP: files, places, forms, and a model that may only suggest what stands there."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from genius_common.contracts.layout import LayoutField
from genius_inference.testing import RunningServer
from tests.support.modules import RunningModules
from tests.support.scripted_retrieval import ScriptedRetrieval

LETTER = (
    "Aktenzeichen: WG-2026/0815\nRechnungsdatum: 1. März 2026\nGesamtbetrag: 120,50 EUR\n"
    "Die Wohnung hat drei Zimmer und liegt im zweiten Stock."
)
FIELDS = "Aktenzeichen (Aktenzeichen)\nRechnungsdatum (Datum)\nGesamtbetrag (Betrag)\nStockwerk"


def by_label(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["label"]: field for field in result["fields"]}


async def test_every_value_has_its_place_in_the_file(offline: RunningModules, retrieval: ScriptedRetrieval) -> None:
    file = retrieval.add_file(LETTER, "parsing", "ready", name="rechnung.pdf", page_chars=60)
    outcome = await offline.run("extract", {"files": [str(file)], "fields": FIELDS})
    result = outcome.result
    assert result["values"] == {
        "Aktenzeichen": "WG-2026/0815", "Rechnungsdatum": "2026-03-01", "Gesamtbetrag": 120.5, "Stockwerk": None
    }  # fmt: skip
    assert (result["mode"], outcome.warnings) == ("extractive", [])
    for name, page in (("Aktenzeichen", 1), ("Gesamtbetrag", 2)):
        field = by_label(result)[name]
        place = field["places"][0]
        assert place["raw"] == field["raw"] == LETTER[place["char_from"] : place["char_to"]]
        assert (place["file"], place["page"], len(place["box"])) == (str(file), page, 4)
        citation = result["citations"][place["citation"] - 1]
        passage = citation["passages"][0]
        assert (citation["number"], citation["file"]) == (place["citation"], str(file))
        assert citation["quote"] == place["raw"]
        assert (passage["char_from"], passage["char_to"]) == (place["char_from"], place["char_to"])
    assert by_label(result)["Stockwerk"]["state"] == "missing"
    assert [event.number for event in outcome.of("citation")] == [one["number"] for one in result["citations"]]


async def test_a_text_that_was_pasted_in_has_spans(offline: RunningModules) -> None:
    betrag = {"type": "number", "format": "currency"}
    properties = {"betrag": betrag, "stock": {"type": "string", "title": "Stockwerk"}}
    schema = {"type": "object", "required": ["stock"], "properties": properties}
    outcome = await offline.run("extract", {"text": LETTER, "schema": schema})
    assert outcome.result["values"] == {"betrag": 120.5, "stock": None}
    place = by_label(outcome.result)["betrag"]["places"][0]
    assert (place["file"], place["page"], place["box"]) == (None, None, None)
    assert outcome.warnings == ["required_fields_missing"]
    assert "Stockwerk" in outcome.of("warning")[0].detail


async def test_fields_of_a_form_come_first(offline: RunningModules, retrieval: ScriptedRetrieval) -> None:
    form = (
        LayoutField(name="i", label="IBAN", kind="text", value="DE89370400440532013000", page=1, box=(0, 0, 9, 9)),
        LayoutField(name="a", label="Alleinstehend", kind="check", value="Ja", checked=True, page=1, box=(0, 0, 9, 9)),
    )  # fmt: skip
    text = "IBAN\nDE89370400440532013000\nIhre alte IBAN war DE02120300000000202051."
    file = retrieval.add_file(text, name="antrag.pdf", page_chars=500, fields=form)
    outcome = await offline.run("extract", {"files": [str(file)], "fields": "IBAN (IBAN)\nAlleinstehend (Ja/Nein)"})
    assert outcome.result["values"] == {"IBAN": "DE89370400440532013000", "Alleinstehend": True}
    assert {field["how"] for field in outcome.result["fields"]} == {"form"}


async def test_a_model_may_suggest_what_stands_there(online: RunningModules, model: RunningServer) -> None:
    model.script("3: zweiten Stock\n0: GEFÄLSCHT-1\n2: 999,00 EUR")
    outcome = await online.run("extract", {"text": LETTER, "fields": FIELDS})
    field = by_label(outcome.result)["Stockwerk"]
    assert (field["value"], field["how"], field["state"]) == ("zweiten Stock", "model", "found")
    assert "Vorschlag des Sprachmodells" in field["reason"]
    assert outcome.result["values"]["Aktenzeichen"] == "WG-2026/0815", "what was found is not asked for"
    assert outcome.result["values"]["Gesamtbetrag"] == 120.5
    assert outcome.result["mode"] == "generative"
    asked = model.log()[0].body["messages"][1]["content"]
    assert "3: Stockwerk" in asked
    assert "0: Aktenzeichen" not in asked


@pytest.mark.parametrize("answer", ["3: fünfter Stock", "3:", "keine Ahnung", "99: zweiten", "3: Z"])
async def test_what_does_not_stand_there_is_not_taken(
    online: RunningModules, model: RunningServer, answer: str
) -> None:
    model.script(answer)
    outcome = await online.run("extract", {"text": LETTER, "fields": FIELDS})
    assert by_label(outcome.result)["Stockwerk"]["state"] == "missing"
    assert (outcome.result["mode"], outcome.result["model"]) == ("extractive", None)


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"fields": "IBAN (IBAN)"}, "/input/text"),
        ({"text": "x"}, "/input/fields"),
        ({"text": "x", "fields": "Name", "schema": {"type": "object"}}, "/input/fields"),
        ({"text": "x", "fields": "Name (Farbe)"}, "/input/fields"),
        ({"text": "x", "schema": {"type": "object", "properties": {"a": {"$ref": "#"}}}},
         "/input/schema/properties/a/$ref"),
        ({"text": "x", "schema": []}, "/input/schema"),
        ({"files": [str(uuid4())] * 21, "fields": "Name"}, "/input/files"),
    ],
)  # fmt: skip
async def test_bad_input_names_the_field(offline: RunningModules, data: dict[str, Any], pointer: str) -> None:
    outcome = await offline.run("extract", data)
    assert outcome.status == 400
    assert [error["pointer"] for error in outcome.problem["errors"]] == [pointer]
