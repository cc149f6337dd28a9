# SPDX-License-Identifier: EUPL-1.2
"""The texts of `make eval-modules`: what is told of them, over HTTP, with and without a model."""

from __future__ import annotations

import pytest

from genius_inference.testing import RunningServer
from tests.eval.eval_texts import TARGETS, Stand, extract, missed, simplify, summarise
from tests.eval.texts import Rule, Value, cases, easier, extract_figures, extract_input, extracted, rule_figures, ruled
from tests.support.modules import RunningModules


async def test_extract_reads_the_texts_and_invents_nothing(offline: RunningModules) -> None:
    figures = await extract(offline)
    assert figures["texts"] >= 30
    assert figures["invented"] == 0, figures["wrong"]
    assert figures["recall"] >= TARGETS["extract recall"], figures["wrong"]


async def test_the_rules_of_plain_language_speak_where_they_must(offline: RunningModules) -> None:
    figures = await simplify(offline)
    assert figures["wrong"] == []
    assert (figures["not_easier"], figures["silent_without_model"]) == ([], [])


async def test_changed_values_in_a_summary_are_found(
    offline: RunningModules, online: RunningModules, model: RunningServer
) -> None:
    """A number, date or name that the source does not have is told, a true one is not."""
    figures = await summarise(Stand(offline, online, model))
    assert figures["wrong"] == []
    assert figures["silent_without_model"] == []


def value(truth: object, found: object) -> Value:
    return Value("a", "b", "date", truth, found)


def test_the_figures_of_fields() -> None:
    """By hand: two of three given values are right, one of them is missing; one is invented where there is none."""
    figures = extract_figures([value(1, 1), value(2, 2), value(3, None), value(None, 4), value(None, None)])
    assert (figures["fields"], figures["values"], figures["invented"]) == (5, 3, 1)
    assert (figures["precision"], figures["recall"]) == (0.6667, 0.6667)
    assert figures["by_kind"]["date"]["f1"] == 0.6667


def test_a_wrong_value_counts_against_both() -> None:
    figures = extract_figures([value("2026-01-01", "2026-01-02")])
    assert (figures["precision"], figures["recall"], figures["f1"], figures["invented"]) == (0.0, 0.0, 0.0, 1)


def test_the_figures_of_rules() -> None:
    rules = [Rule("a", "", "passive", wanted=wanted, found=found) for wanted, found in
             ((True, True), (True, False), (False, True), (False, False))]  # fmt: skip
    assert rule_figures(rules) == {"checked": 4, "precision": 0.5, "recall": 0.5, "f1": 0.5}


def test_a_text_that_is_cut_elsewhere_is_one_error() -> None:
    case = {"name": "a", "expected": [[], []], "quiet": [[], []]}
    found = ruled(case, {"before": {"sentences": [{"text": "Nur einer.", "findings": []}]}})
    assert [(rule.rule, rule.found) for rule in found] == [("sentences", False)]


def test_easier_is_easier_by_all_formulas() -> None:
    before = {"wiener": 10.0, "lix": 50.0, "flesch": 40.0}
    assert easier(before, {"wiener": 5.0, "lix": 30.0, "flesch": 70.0})
    assert not easier(before, {"wiener": 5.0, "lix": 30.0, "flesch": 40.0})


def test_what_is_missed_is_named() -> None:
    figures = {
        "extract": {"precision": 1.0, "recall": 0.5},
        "simplify": {"precision": 1.0, "recall": 1.0, "not_easier": ["a"], "silent_without_model": []},
        "summarise": {"found": 1.0, "left_alone": 1.0, "silent_without_model": []},
    }
    assert missed(figures) == ["extract recall: 0.5 < 0.95", "simplify: no easier in plain words: a"]


def test_a_field_with_several_values_is_asked_for_by_schema() -> None:
    case = {
        "name": "a",
        "text": "x",
        "fields": ["Raten (Betrag)", "Name"],
        "many": ["Raten"],
        "values": {"Raten": [1.0]},
    }
    properties = extract_input(case)["schema"]["properties"]
    assert properties["Raten"] == {"type": "array", "items": {"type": "number", "format": "currency"}}
    assert properties["Name"] == {"type": "string"}
    assert extracted(case, {"values": {"Raten": [1.0], "Name": None}})[0].right


def test_values_of_fields_that_nobody_asks_for_are_refused() -> None:
    with pytest.raises(ValueError, match="Namen"):
        extracted({"name": "a", "fields": ["Name"], "values": {"Namen": "x"}}, {"values": {"Name": None}})


@pytest.mark.parametrize(("kind", "least"), [("extract", 30), ("simplify", 15), ("summaries", 5)])
def test_there_are_texts_of_each_kind(kind: str, least: int) -> None:
    names = [case["name"] for case in cases(kind)]
    assert len(names) == len(set(names)) >= least
