# SPDX-License-Identifier: EUPL-1.2
"""draft: only facts of the notes, gaps marked."""

import pytest

from genius_inference.testing import RunningServer
from tests.support.modules import RunningModules
from tests.support.scripted_retrieval import ScriptedRetrieval

NOTES = "Betreff: Wohngeldantrag\nEs fehlt die Mietbescheinigung.\nFrist: 15. April 2026"


@pytest.mark.parametrize("kind", ["vermerk", "brief", "email", "rede"])
async def test_without_a_model_the_house_template_is_filled(offline: RunningModules, kind: str) -> None:
    outcome = await offline.run("draft", {"kind": kind, "notes": NOTES, "recipient": "Frau Erika Muster"})
    result = outcome.result
    assert result["mode"] == "template"
    assert result["text"] == outcome.text
    assert "Es fehlt die Mietbescheinigung." in result["text"]
    assert "15. April 2026" in result["text"]
    assert result["gaps"]
    assert all(f"[Bitte ergänzen: {gap}]" in result["text"] for gap in result["gaps"])


async def test_files_become_enclosures(offline: RunningModules, retrieval: ScriptedRetrieval) -> None:
    file = retrieval.add_file("Inhalt", name="bescheid.pdf")
    outcome = await offline.run("draft", {"kind": "brief", "notes": NOTES, "files": [str(file)]})
    assert "Anlagen: bescheid.pdf" in outcome.result["text"]


async def test_facts_that_stand_in_no_note_are_flagged(online: RunningModules, model: RunningServer) -> None:
    model.script(answer="Bitte reichen Sie bis 15. April 2026 nach und zahlen Sie 300 Euro. [Bitte ergänzen: Name]")
    outcome = await online.run("draft", {"kind": "brief", "notes": NOTES})
    assert outcome.result["mode"] == "generative"
    assert outcome.result["model"]
    assert outcome.result["unverified"] == ["300 Euro"]
    assert outcome.result["gaps"] == ["Name"]
    assert outcome.warnings == ["fact_not_in_notes"]


async def test_material_beyond_the_context_is_refused_with_numbers(
    online: RunningModules, retrieval: ScriptedRetrieval
) -> None:
    file = retrieval.add_file("Wort " * 20_000)
    outcome = await online.run("draft", {"kind": "vermerk", "notes": NOTES, "files": [str(file)]})
    assert outcome.final.code == "input_too_large"
    assert "Zeichen" in outcome.final.detail
