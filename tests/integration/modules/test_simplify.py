# SPDX-License-Identifier: EUPL-1.2
"""simplify: rules with and without a model; a result that breaks rules or changes facts never passes unmarked."""

from uuid import uuid4

import pytest

from genius_inference.testing import RunningServer
from tests.support.modules import RunningModules
from tests.support.scripted_retrieval import ScriptedRetrieval

TEXT = (
    "Der Antragsteller hat die erforderlichen Nachweise unverzüglich, spätestens bis zum 15. März 2026, vorzulegen. "
    "Das Wohngeld beträgt 312 Euro. Frau Yilmaz berät Sie."
)
GOOD = "Bitte geben Sie die Papiere bis zum 15. März 2026 ab. Das Wohngeld ist 312 Euro. Frau Yilmaz berät Sie."
BROKEN = (
    "Die Papiere werden bis zum 15. März 2026 von Ihnen abgegeben. Das Wohngeld ist 312 Euro. Frau Yilmaz berät Sie."
)


async def test_without_a_model_it_says_what_to_change(offline: RunningModules) -> None:
    outcome = await offline.run("simplify", {"text": TEXT, "level": "leicht"})
    result = outcome.result
    assert (result["mode"], result["text"], result["after"], outcome.text) == ("extractive", "", None, "")
    assert outcome.warnings == ["model_unavailable"]
    assert not result["before"]["passed"]
    first = result["before"]["sentences"][0]
    assert TEXT[first["char_from"] : first["char_to"]] == first["text"]
    rules = {finding["rule"] for finding in first["findings"]}
    assert {"sentence_length", "office_word", "passive"} <= rules
    assert all(finding["suggestion"] for finding in first["findings"])
    assert result["before"]["sentences"][2]["findings"] == []
    assert result["before"]["readability"]["words"] == 23


async def test_sentences_of_a_file_have_their_place(offline: RunningModules, retrieval: ScriptedRetrieval) -> None:
    one = retrieval.add_file(TEXT, name="eins.pdf", page_chars=60)
    two = retrieval.add_file(TEXT, name="zwei.txt")
    outcome = await offline.run("simplify", {"files": [str(one), str(two)]})
    result = outcome.result
    by_number = {citation["number"]: citation for citation in result["citations"]}
    assert [event.number for event in outcome.of("citation")] == list(by_number)
    sentences = result["before"]["sentences"]
    marked = [index for index, sentence in enumerate(sentences) if sentence["findings"]]
    assert sorted(map(int, result["sources"])) == marked
    for index, number in result["sources"].items():
        assert by_number[number]["quote"] == sentences[int(index)]["text"]
    assert {citation["file"] for citation in by_number.values()} == {str(one), str(two)}
    assert by_number[1]["page"] == 1


async def test_a_good_answer_is_taken_at_once(online: RunningModules, model: RunningServer) -> None:
    model.script(GOOD)
    outcome = await online.run("simplify", {"text": TEXT})
    result = outcome.result
    assert result["text"] == outcome.text == GOOD
    assert result["after"]["passed"]
    assert (result["unverified"], result["lost"], result["repairs"]) == ([], [], 0)
    assert outcome.warnings == []
    assert result["after"]["readability"]["wiener"] < result["before"]["readability"]["wiener"]
    assert len(model.log()) == 1


async def test_a_broken_answer_is_repaired(online: RunningModules, model: RunningServer) -> None:
    model.script(BROKEN, GOOD)
    outcome = await online.run("simplify", {"text": TEXT, "level": "leicht"})
    assert outcome.result["repairs"] >= 1
    repair = model.log()[1].body["messages"][1]["content"]
    assert "Passiv: „werden … abgegeben“" in repair
    assert TEXT in repair
    assert "werden" not in outcome.result["text"]


@pytest.mark.parametrize(
    ("answer", "added", "lost"),
    [
        (GOOD.replace("312", "321"), ["321 Euro"], ["312 Euro"]),
        (GOOD.replace("15. März", "16. März"), ["16. März 2026"], ["15. März 2026"]),
        (GOOD.replace("Yilmaz", "Meier"), ["Meier"], ["Yilmaz"]),
        (GOOD.replace(" Das Wohngeld ist 312 Euro.", ""), [], ["312 Euro"]),
    ],
)
async def test_what_stays_wrong_after_two_repairs_is_marked(
    online: RunningModules, model: RunningServer, answer: str, added: list[str], lost: list[str]
) -> None:
    model.script(answer)
    outcome = await online.run("simplify", {"text": TEXT})
    assert len(model.log()) == 3, "repaired twice, not more"
    assert (outcome.result["unverified"], outcome.result["lost"]) == (added, lost)
    assert ("fact_not_in_source" in outcome.warnings) is bool(added)
    assert "fact_lost" in outcome.warnings


async def test_rules_that_stay_broken_are_marked(online: RunningModules, model: RunningServer) -> None:
    model.script(BROKEN)
    outcome = await online.run("simplify", {"text": TEXT, "level": "leicht"})
    assert "rules_broken" in outcome.warnings
    broken = outcome.result["after"]["sentences"][0]["findings"]
    assert any((finding["rule"], finding["severity"]) == ("passive", "must") for finding in broken)


async def test_a_long_text_is_rewritten_completely(online: RunningModules, model: RunningServer) -> None:
    text = " ".join(f"Das ist Satz {number} von vielen." for number in range(400))
    outcome = await online.run("simplify", {"text": text})
    sent = [record.body["messages"][1]["content"] for record in model.log()]
    assert all(any(f"Satz {number} von" in message for message in sent) for number in range(400))
    details = [event.detail for event in outcome.of("status") if event.detail]
    assert details[-1] == f"Abschnitt {len(details)} von {len(details)}"
    assert len(details) > 3


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({}, "/input/text"),
        ({"text": "x", "files": [str(uuid4())]}, "/input/text"),
        ({"text": "x", "level": "c2"}, "/input/level"),
    ],
)
async def test_bad_input_names_the_field(offline: RunningModules, data: dict[str, object], pointer: str) -> None:
    outcome = await offline.run("simplify", data)
    assert outcome.status == 400
    assert [error["pointer"] for error in outcome.problem["errors"]] == [pointer]


async def test_a_text_beyond_the_limit_is_refused(offline: RunningModules) -> None:
    outcome = await offline.run("simplify", {"text": "Das ist ein Satz. " * 6000})
    assert outcome.final.code == "input_too_large"
    assert "100000" in outcome.final.detail
