# SPDX-License-Identifier: EUPL-1.2
"""The result of a run as a document: nothing of it is lost, what is open and where it comes from is said (OUT-07)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from genius_gateway.export import Document, Heading
from genius_gateway.export.errors import NothingToExport, RunNotFinished
from genius_gateway.export.model import texts
from genius_gateway.runs.export import document_of
from genius_gateway.runs.requests import RunUsage, RunView

AT = dt.datetime(2026, 11, 26, 10, 0, tzinfo=dt.UTC)
CITATION = {
    "number": 1, "title": "Wohngeldgesetz", "section_path": ["WoGG", "§ 25 WoGG Bewilligungszeitraum"], "page": None,
    "as_of": "2026-01-01", "quote": "Das Wohngeld soll für zwölf Monate\nbewilligt werden.",
}  # fmt: skip


def run(result: Any, module: str = "draft", **changes: Any) -> RunView:
    values: dict[str, Any] = {
        "id": uuid4(), "module": module, "version": "1.0.0", "state": "succeeded", "mode": "generative",
        "result": result, "error": None, "partial": False, "progress": None,
        "usage": RunUsage(input_tokens=1, output_tokens=1), "warnings": [], "conversation": None, "case": None,
        "protection_class": "intern", "deadline": None, "created_at": AT, "finished_at": AT,
    }  # fmt: skip
    return RunView.model_construct(**{**values, **changes})


def document(result: Any, module: str = "draft", given: dict[str, Any] | None = None, text: str | None = None,
             **changes: Any) -> Document:  # fmt: skip
    return document_of(run(result, module, **changes), "Entwerfen", given or {}, "Musterbehörde", text)


def words(found: Document) -> str:
    return "\n".join(texts(found.blocks))


def test_a_draft_says_what_is_open_and_what_its_notes_do_not_hold() -> None:
    text = "# Vermerk\n\nBetreff: Parkbank\n\nAm 3. Mai [Bitte ergänzen: Ort] 500 Euro."
    found = document({"text": text, "mode": "generative", "model": "m1", "unverified": ["500 Euro", "anderswo"]})
    assert found.title == "Entwerfen: Parkbank"
    assert not found.title_shown
    assert "Offen: Ort" in words(found)
    assert "Steht nicht in den Vorlagen: 500 Euro" in words(found)
    assert "anderswo" not in words(found)
    assert (found.origin.way, found.origin.model, found.origin.edited) == ("generative", "m1", False)


def test_what_a_person_made_of_it_is_written_and_said() -> None:
    result = {"text": "Alt [Bitte ergänzen: Ort].", "mode": "generative", "unverified": ["500 Euro"]}
    found = document(result, text="Neu und fertig.")
    assert words(found) == "Neu und fertig."
    assert found.origin.edited
    assert not document(result, text="Alt [Bitte ergänzen: Ort].\n").origin.edited


def test_an_answer_has_question_marks_and_sources() -> None:
    """OUT-06: the list of sources is what retrieval gave, with the quote."""
    sentences = [
        {"text": "Es sind zwölf Monate [1].", "supported": True, "citations": [1]},
        {"text": "Es sind 13.", "supported": False, "citations": []},
    ]
    result = {"answer": "Es sind zwölf Monate [1]. Es sind 13.", "found": True, "sentences": sentences,
              "citations": [CITATION], "mode": "generative", "model": "m1"}  # fmt: skip
    found = document(result, "ask-documents", {"question": "Wie lange?\nGenau bitte."})
    shown = words(found)
    assert shown.startswith("Frage: Wie lange?\nGenau bitte.")
    assert "Es sind 13. (nicht belegt)" in shown
    assert "Nicht belegt: Es sind 13." in shown
    assert "[1] Wohngeldgesetz: § 25 WoGG Bewilligungszeitraum, Stand 2026-01-01" in shown
    assert "„Das Wohngeld soll für zwölf Monate bewilligt werden.“" in shown
    assert found.origin.sources == ("Wohngeldgesetz: § 25 WoGG Bewilligungszeitraum",)
    assert found.title_shown


@pytest.mark.parametrize(("mode", "way"), [("template", "template"), ("extractive", "extractive"), ("generative",) * 2])
def test_the_way_is_that_of_the_result(mode: str, way: str) -> None:
    assert document({"text": "x", "mode": mode}, mode=mode).origin.way == way


def test_a_result_without_a_known_way_was_made_by_rules() -> None:
    assert document({"text": "x"}, mode=None).origin.way == "rules"


def test_a_part_by_a_model_makes_the_whole_one_by_a_model() -> None:
    items = [
        {"index": 0, "state": "succeeded", "value": {"text": "eins", "mode": "extractive"}},
        {"index": 1, "state": "failed", "error": {"code": "x"}},
        {"index": 2, "state": "succeeded", "value": {"text": "drei", "mode": "generative", "model": "m"}},
    ]
    found = document({"items": items, "succeeded": 2, "failed": 1}, "summarise")
    assert [block.line[0].text for block in found.blocks if isinstance(block, Heading)] == ["Eintrag 1", "Eintrag 3"]
    assert (found.origin.way, found.origin.model) == ("generative", "m")


def test_a_stopped_run_says_that_it_is_incomplete() -> None:
    assert "unvollständig" in words(document({"text": "halb", "mode": "generative"}, partial=True, state="cancelled"))


def test_nothing_to_write_is_refused() -> None:
    with pytest.raises(RunNotFinished):
        document(None, finished_at=None)
    for empty in (None, {}, {"values": {"a": 1}}, {"text": "  "}, {"text": 3}):
        with pytest.raises(NothingToExport):
            document(empty)
