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
    assert outcome.warnings == ["fact_not_in_source", "not_supported"]
    assert "99" in outcome.of("warning")[0].detail
    first, second = result["sentences"]
    assert (first["supported"], first["citations"], first["missing"]) == (True, [1], [])
    assert (second["supported"], second["missing"]) == (False, ["99 Euro"])


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


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("Der Rat der Stadt stimmt am 6. Mai 2026 über das Schwimmbad ab.", ["6. Mai 2026"]),
        ("Frau Müller trinkt morgens gern schwarzen Kaffee.", ["Müller"]),
        ("Das neue Schwimmbad der Stadt kostet 12,5 Millionen Euro.", []),
        ("Die Planung für das Schwimmbad begann die Stadt im Jahr 2026.", ["2026"]),
        ("Kühe geben Milch auf der Weide.", []),
    ],
)
async def test_a_sentence_that_the_text_does_not_bear_out_is_marked(
    online: RunningModules, model: RunningServer, answer: str, missing: list[str]
) -> None:
    model.script(answer)
    outcome = await online.run("summarise", {"text": TEXT})
    (sentence,) = outcome.result["sentences"]
    assert sentence["missing"] == missing
    assert sentence["supported"] is (not missing and "Kühe" not in answer)
    assert ("not_supported" in outcome.warnings) is not sentence["supported"]


async def test_a_text_with_more_tokens_than_expected_goes_in_smaller_pieces(
    online: RunningModules, model: RunningServer
) -> None:
    """A model that refuses the first length gets all of the text in shorter pieces, and nothing is cut."""
    model.script(answer="Teil gelesen.", longest=9000)
    text = " ".join(f"Satz Nummer {i} handelt von der Angelegenheit {i} im Amt." for i in range(600))
    outcome = await online.run("summarise", {"text": text, "length": "short"})
    assert outcome.result["text"].startswith("Teil gelesen.")
    answered = [record.body["messages"][1]["content"] for record in model.log()]
    sent = "\n".join(message for message in answered if len(message) <= 9000)
    assert {int(found) for found in re.findall(r"Satz Nummer (\d+) handelt", sent)} == set(range(600))
    assert any("dicht" in (event.detail or "") for event in outcome.of("status"))


async def test_what_no_run_may_read_is_summarised_from_its_own_sentences(online: RunningModules) -> None:
    text = " ".join(f"{SENTENCES[i % 7][:-1]} im Abschnitt {i}." for i in range(13_000))
    outcome = await online.run("summarise", {"text": text, "length": "short"})
    assert outcome.warnings == ["too_long_for_model"]
    assert outcome.result["mode"] == "extractive"
    assert [sentence["supported"] for sentence in outcome.result["sentences"]] == [True] * 3
