# SPDX-License-Identifier: EUPL-1.2
"""summarise: nothing is cut, every sentence has its place."""

import re
from uuid import uuid4

import pytest

from genius_gateway.modules.schemas import SchemaCheck
from genius_inference.testing import RunningServer
from genius_modules.summarise.module import Summarise
from tests.support.modules import RunningModules
from tests.support.scripted_retrieval import ScriptedRetrieval

SENTENCES = [
    "Die Stadt Musterhausen plant ein neues Schwimmbad im Stadtteil Nord.",
    "Gestern regnete es am Nachmittag lange und heftig.",
    "Das neue Schwimmbad der Stadt kostet nach der Planung 12.500.000 Euro.",
    "Ein Hund bellte zweimal hinter dem hohen Zaun.",
    "Der Rat der Stadt stimmt am 5. Mai 2026 über das Schwimmbad ab.",
    "Frau Meier trinkt morgens gern schwarzen Kaffee.",
    "Die Planung für das Schwimmbad begann die Stadt im Jahr 2024.",
]
TEXT = " ".join(SENTENCES)


async def test_without_a_model_sentences_of_the_text_are_taken(offline: RunningModules) -> None:
    outcome = await offline.run("summarise", {"text": TEXT, "length": "short"})
    result = outcome.result
    assert result["mode"] == "extractive"
    assert result["text"] == outcome.text
    assert len(result["citations"]) == 3
    for citation in result["citations"]:
        passage = citation["passages"][0]
        assert TEXT[passage["char_from"] : passage["char_to"]] == citation["quote"]
        assert TEXT[citation["char_from"] : citation["char_to"]] == citation["text"]
        assert citation["quote"] in result["text"]
    starts = [citation["passages"][0]["char_from"] for citation in result["citations"]]
    assert starts == sorted(starts)
    assert "Hund" not in result["text"]


async def test_files_are_cited_with_their_span(offline: RunningModules, retrieval: ScriptedRetrieval) -> None:
    file = retrieval.add_file(TEXT, "parsing", "ready", name="bad.txt")
    outcome = await offline.run("summarise", {"files": [str(file)], "length": "short", "focus": "Kosten Euro"})
    assert outcome.of("status")[0].phase == "parsing"
    citation = outcome.of("citation")[0]
    assert citation.document == file
    assert TEXT[citation.passages[0].char_from : citation.passages[0].char_to] == citation.quote
    assert TEXT[citation.char_from : citation.char_to] == citation.text
    assert "12.500.000 Euro" in outcome.result["text"]


@pytest.mark.parametrize("data", [{}, {"text": "  "}, {"text": "x", "files": ["00000000-0000-0000-0000-000000000001"]}])
async def test_exactly_one_source_is_needed(offline: RunningModules, data: dict[str, object]) -> None:
    """Refused before the start, at the field, and by the published schema alike."""
    async with offline.client() as client:
        run = uuid4()
        answer = await client.post(
            "/modules/summarise/runs", json=offline.body(run, data), headers=offline.headers(run)
        )
    assert answer.status_code == 400
    wanted = [{"pointer": "/input/text", "detail": "Bitte geben Sie entweder einen Text oder Dateien an."}]
    assert answer.json()["errors"] == wanted
    found = SchemaCheck(Summarise.spec.manifest(model_available=False).input_schema).errors(data, "/input")
    assert [{"pointer": error.pointer, "detail": error.detail} for error in found] == wanted


async def test_with_a_model_each_sentence_is_traced(online: RunningModules, model: RunningServer) -> None:
    model.script(answer="Musterhausen plant ein neues Schwimmbad im Stadtteil Nord. Es kostet 99 Euro.")
    outcome = await online.run("summarise", {"text": TEXT})
    result = outcome.result
    assert result["mode"] == "generative"
    assert result["model"]
    assert result["text"].startswith("Musterhausen plant ein neues Schwimmbad im Stadtteil Nord. [1]")
    assert result["citations"][0]["quote"] == SENTENCES[0]
    assert result["text"] == outcome.text
    assert "fact_not_in_source" in outcome.warnings
    assert "99" in outcome.of("warning")[-1].detail


async def test_a_text_longer_than_the_context_is_read_completely(online: RunningModules, model: RunningServer) -> None:
    model.script(answer="Teil gelesen.")
    text = " ".join(f"Satz Nummer {i} handelt von der Angelegenheit {i} im Amt." for i in range(1500))
    outcome = await online.run("summarise", {"text": text, "length": "short"})
    sent = "\n".join(record.body["messages"][1]["content"] for record in model.log())
    assert len(model.log()) >= 3
    assert {int(found) for found in re.findall(r"Satz Nummer (\d+) handelt", sent)} == set(range(1500))
    assert outcome.of("status")[0].detail == f"Abschnitt 1 von {len(model.log()) - 1}"
    assert outcome.final.usage.input_tokens > 10_000


async def test_sentences_of_a_paged_file_know_their_page(offline: RunningModules, retrieval: ScriptedRetrieval) -> None:
    text = " ".join([*SENTENCES[1::2] * 4, *SENTENCES[0::2]])
    file = retrieval.add_file(text, name="bad.pdf", page_chars=100)
    outcome = await offline.run("summarise", {"files": [str(file)], "length": "short", "focus": "Schwimmbad"})
    assert len(outcome.of("citation")) == 3
    for citation in outcome.of("citation"):
        assert citation.page == citation.passages[0].char_from // 100 + 1
