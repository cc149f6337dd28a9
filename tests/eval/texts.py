# SPDX-License-Identifier: EUPL-1.2
"""Texts with what extract, simplify and summarise must say of them (`data/texts/*.toml`), and how well they do.

Nothing here knows how a module is called: a case gives the module's input, and takes its result apart.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genius_modules.extract.wanted import FORMATS, Wanted, from_lines

DATA = Path(__file__).parent / "data" / "texts"
_FORMAT_OF = {kind: name for name, kind in FORMATS.items()}
_TYPE_OF = {"number": "number", "amount": "number", "boolean": "boolean"}


def cases(kind: str) -> list[dict[str, Any]]:
    """The texts of all files `kind*.toml`, in order."""
    return [
        text for path in sorted(DATA.glob(f"{kind}*.toml")) for text in tomllib.loads(path.read_text("utf-8"))["text"]
    ]


@dataclass(frozen=True)
class Value:
    """One field of one text: what is true and what was found (None: nothing)."""

    text: str
    field: str
    kind: str
    truth: Any
    found: Any

    @property
    def right(self) -> bool:
        return bool(self.truth == self.found)

    @property
    def invented(self) -> bool:
        """The expensive error: a value that is not the true one."""
        return self.found is not None and not self.right


def _wanted(case: Mapping[str, Any]) -> list[Wanted]:
    fields, errors = from_lines("\n".join(case["fields"]))
    if errors:
        raise ValueError(f"{case['name']}: {errors[0].detail}")
    return fields


def extract_input(case: Mapping[str, Any]) -> dict[str, Any]:
    """As a list of names; as a schema where a field has several values, which a list can't say."""
    if "many" not in case:
        return {"text": case["text"], "fields": "\n".join(case["fields"])}
    properties = {}
    for field in _wanted(case):
        one: dict[str, Any] = {"type": _TYPE_OF.get(field.kind, "string")}
        if field.kind in _FORMAT_OF:
            one["format"] = _FORMAT_OF[field.kind]
        properties[field.name] = {"type": "array", "items": one} if field.name in case["many"] else one
    return {"text": case["text"], "schema": {"type": "object", "properties": properties}}


def extracted(case: Mapping[str, Any], result: Mapping[str, Any]) -> list[Value]:
    """Every field of the case; a value that nobody named counts as invented."""
    truth = case["values"]
    unknown = truth.keys() - {field.name for field in _wanted(case)}
    if unknown:
        raise ValueError(f"{case['name']}: values of fields that nobody asks for: {sorted(unknown)}")
    return [
        Value(case["name"], field.name, field.kind, truth.get(field.name), result["values"][field.name])
        for field in _wanted(case)
    ]


def extract_figures(values: Sequence[Value]) -> dict[str, Any]:
    """Per kind and over all: precision of what was found, recall of what is there, F1, and what was invented."""
    kinds = sorted({value.kind for value in values})
    return {
        **_scores(values),
        "texts": len({value.text for value in values}),
        "by_kind": {kind: _scores([value for value in values if value.kind == kind]) for kind in kinds},
    }


def _scores(values: Sequence[Value]) -> dict[str, Any]:
    hit = sum(value.right and value.truth is not None for value in values)
    said = sum(value.found is not None for value in values)
    true = sum(value.truth is not None for value in values)
    return {
        "fields": len(values),
        "values": true,
        "invented": sum(v.invented for v in values),
        **ratios(hit, said, true),
    }


def ratios(hit: int, said: int, true: int) -> dict[str, float]:
    precision, recall = hit / said if said else 1.0, hit / true if true else 1.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


@dataclass(frozen=True)
class Rule:
    """One rule at one sentence: it must speak (`wanted`) or be quiet, and did or did not."""

    text: str
    sentence: str
    rule: str
    wanted: bool
    found: bool


def ruled(case: Mapping[str, Any], result: Mapping[str, Any]) -> list[Rule]:
    """The rules that the case names, sentence by sentence; a sentence cut elsewhere is an error of the splitter."""
    sentences = result["before"]["sentences"]
    if len(sentences) != len(case["expected"]):
        return [Rule(case["name"], "", "sentences", wanted=True, found=False)]
    found = [Rule(case["name"], "", "sentences", wanted=True, found=True)]
    for sentence, expected, quiet in zip(sentences, case["expected"], case["quiet"], strict=True):
        rules = {finding["rule"] for finding in sentence["findings"]}
        for rule in (*expected, *quiet):
            found.append(Rule(case["name"], sentence["text"], rule, wanted=rule in expected, found=rule in rules))
    return found


def easier(before: Mapping[str, float], after: Mapping[str, float]) -> bool:
    """By all three formulas; Flesch grows where the text is easier."""
    return after["wiener"] < before["wiener"] and after["lix"] < before["lix"] and after["flesch"] > before["flesch"]


def rule_figures(rules: Iterable[Rule]) -> dict[str, Any]:
    counts = Counter((rule.wanted, rule.found) for rule in rules)
    hit = counts[True, True]
    return {"checked": sum(counts.values()), **ratios(hit, hit + counts[False, True], hit + counts[True, False])}
