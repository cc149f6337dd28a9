# SPDX-License-Identifier: EUPL-1.2
"""extract, simplify and summarise on the texts of `data/texts`, over HTTP with and without a model that is scripted.

Part of `make eval-modules`; alone: `python -m tests.eval.eval_texts`. Exit status 1 where a target is missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from genius_inference.testing import RunningServer, scripted_server
from tests.eval.texts import cases, easier, extract_figures, extract_input, extracted, rule_figures, ruled
from tests.support.inference import jwks_server, running_inference
from tests.support.modules import NOWHERE, RunningModules, running_modules
from tests.support.scripted_retrieval import scripted_retrieval

# Of what is found nearly all must be right: a person checks values, but a wrong one looks like a right one.
TARGETS = {
    "extract precision": 0.98, "extract recall": 0.95, "rules precision": 0.97, "rules recall": 0.97,
    "changed values found": 0.95, "faithful sentences left alone": 0.95,
}  # fmt: skip


@dataclass(frozen=True)
class Stand:
    """The modules service without a model, and with one that answers what `model.script` says."""

    offline: RunningModules
    online: RunningModules
    model: RunningServer


@contextlib.contextmanager
def stand() -> Iterator[Stand]:
    with contextlib.ExitStack() as stack:
        model = stack.enter_context(scripted_server())
        keys = stack.enter_context(jwks_server())
        upstream = {"url": model.url, "model": "scripted", "ttft_timeout_s": 5, "idle_timeout_s": 5}
        inference = stack.enter_context(running_inference(keys, upstream=upstream))
        retrieval = stack.enter_context(scripted_retrieval())
        offline = stack.enter_context(running_modules(keys, NOWHERE, retrieval.url))
        online = stack.enter_context(running_modules(keys, inference.url, retrieval.url))
        yield Stand(offline, online, model)


async def extract(modules: RunningModules) -> dict[str, Any]:
    values = []
    for case in cases("extract"):
        outcome = await modules.run("extract", extract_input(case))
        values += extracted(case, outcome.result)
    wrong = [f"{v.text}: {v.field}: {v.found!r}, truth {v.truth!r}" for v in values if not v.right]
    return {**extract_figures(values), "wrong": wrong}


async def simplify(modules: RunningModules) -> dict[str, Any]:
    """Findings of the rules, readability of a text and its plain version, and that no model is said openly."""
    rules, harder, silent = [], [], []
    for case in cases("simplify"):
        outcome = await modules.run("simplify", {"text": case["text"], "level": case["level"]})
        rules += ruled(case, outcome.result)
        if outcome.result["text"] or "model_unavailable" not in outcome.warnings:
            silent.append(case["name"])
        if "plain" in case:
            plain = await modules.run("simplify", {"text": case["plain"], "level": case["level"]})
            before, after = (one.result["before"] for one in (outcome, plain))
            if not after["passed"] or not easier(before["readability"], after["readability"]):
                harder.append(case["name"])
    wrong = [f"{r.text}: {r.rule} at {r.sentence[:80]!r}" for r in rules if r.wanted != r.found]
    return {**rule_figures(rules), "not_easier": harder, "silent_without_model": silent, "wrong": wrong}


async def summarise(there: Stand) -> dict[str, Any]:
    """Values that the source does not have are found, what is true is left alone, and no model is said openly."""
    found = alarms = changed = true = 0
    wrong, silent = [], []
    for case in cases("summaries"):
        source = {"text": case["text"]}
        bare = await there.offline.run("summarise", source)
        quotes = [citation["quote"] for citation in bare.result["citations"]]
        if (
            bare.result["mode"] != "extractive"
            or "model_unavailable" not in bare.warnings
            or not all(quote in case["text"] for quote in quotes)
        ):
            silent.append(case["name"])
        there.model.script(answer=" ".join(case["faithful"]))
        sentences = (await there.online.run("summarise", source)).result["sentences"]
        true += len(sentences)
        alarms += sum(bool(sentence["missing"]) for sentence in sentences)
        wrong += [f"{case['name']}: {s['text']!r} is true, reported {s['missing']}" for s in sentences if s["missing"]]
        for one in case["wrong"]:
            there.model.script(answer=f"{case['faithful'][0]} {one['claim']}")
            outcome = await there.online.run("summarise", source)
            changed += 1
            missing = [value for sentence in outcome.result["sentences"] for value in sentence["missing"]]
            if any(one["value"] in value or value in one["value"] for value in missing):
                found += 1
            else:
                wrong.append(f"{case['name']}: {one['claim']!r} is not true, reported {missing}")
    there.model.script()
    figures = {"changed": changed, "found": round(found / changed, 4), "true": true}
    return {**figures, "left_alone": round(1 - alarms / true, 4), "silent_without_model": silent, "wrong": wrong}


async def measured(there: Stand) -> dict[str, Any]:
    return {
        "extract": await extract(there.offline),
        "simplify": await simplify(there.offline),
        "summarise": await summarise(there),
    }


def missed(figures: dict[str, Any]) -> list[str]:
    """The targets that are not met, as text."""
    extract_, simplify_, summarise_ = figures["extract"], figures["simplify"], figures["summarise"]
    reached = {
        "extract precision": extract_["precision"], "extract recall": extract_["recall"],
        "rules precision": simplify_["precision"], "rules recall": simplify_["recall"],
        "changed values found": summarise_["found"], "faithful sentences left alone": summarise_["left_alone"],
    }  # fmt: skip
    found = [f"{name}: {reached[name]} < {least}" for name, least in TARGETS.items() if reached[name] < least]
    for name, texts in (
        ("simplify: no easier in plain words", simplify_["not_easier"]),
        ("simplify: says nothing about the model", simplify_["silent_without_model"]),
        ("summarise: says nothing about the model", summarise_["silent_without_model"]),
    ):
        found += [f"{name}: {', '.join(texts)}"] if texts else []
    return found


def run() -> dict[str, Any]:
    """Start what is needed, measure, print what is wrong."""
    with stand() as there:
        figures = asyncio.run(measured(there))
    for name, part in figures.items():
        for line in part["wrong"]:
            print(f"{name}: {line}")
    return figures


def main() -> None:
    figures = run()
    print(json.dumps(figures, ensure_ascii=False))
    lacking = missed(figures)
    for line in lacking:
        print(line)
    sys.exit(1 if lacking else 0)


if __name__ == "__main__":
    main()
