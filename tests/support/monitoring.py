# SPDX-License-Identifier: EUPL-1.2
"""Reads the alert rules and dashboards of `deploy/monitoring`, and what their expressions ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

MONITORING = Path(__file__).parents[2] / "deploy/monitoring"
RUNBOOK = Path(__file__).parents[2] / "docs/howto/respond-to-alerts.md"
_SERIES = re.compile(r'\b(genius_[a-z0-9_]+|up)\b(?:\{((?:[^{}"]|"(?:[^"\\]|\\.)*")*)\})?')
_MATCHER = re.compile(r'([a-z_]+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
_GROUPED = re.compile(r"\bby \(([^)]*)\)")
_SHOWN = re.compile(r"\$labels\.([a-z_]+)|\{\{\s*([a-z_]+)\s*\}\}")


@dataclass(frozen=True)
class Expression:
    """A query: where it stands, and the labels that its text shows of each series."""

    place: str
    text: str
    shown: frozenset[str] = frozenset()

    @property
    def series(self) -> dict[str, list[tuple[str, str, str]]]:
        """The metrics that it asks for, each with its matchers (label, operator, value)."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for name, matchers in _SERIES.findall(self.text):
            found.setdefault(name, []).extend(_MATCHER.findall(matchers))
        return found

    @property
    def grouped(self) -> set[str]:
        return {label.strip() for labels in _GROUPED.findall(self.text) for label in labels.split(",")}


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboards() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in sorted((MONITORING / "dashboards").glob("*.json"))}


def expressions() -> Iterator[Expression]:
    """All of the rules and of the panels."""
    for rule in alerts():
        shown = _labels(rule["annotations"]["summary"] + rule["annotations"]["description"])
        yield Expression(rule["alert"], rule["expr"], shown)
    for name, board in dashboards().items():
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield Expression(f"{name}: {panel['title']}", target["expr"], _labels(target["legendFormat"]))


def _labels(text: str) -> frozenset[str]:
    return frozenset((one or other) for one, other in _SHOWN.findall(text) if (one or other) != "value")


class Exposition:
    """What services show at `/metrics`: names of series, and of each its labels with the values seen."""

    def __init__(self, *texts: str) -> None:
        self.labels: dict[str, dict[str, set[str]]] = {}
        for text in texts:
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    kept = self.labels.setdefault(sample.name, {})
                    for label, value in sample.labels.items():
                        kept.setdefault(label, set()).add(value)

    def faults(self, expression: Expression, more: dict[str, set[str]]) -> list[str]:
        """What the expression asks for that no service has. `more`: values that a label may have besides those seen."""
        found = []
        known: set[str] = set()
        for name, matchers in expression.series.items():
            if name == "up":  # Prometheus' own
                known |= {"job", "instance"}
                continue
            if name not in self.labels:
                found.append(f"{expression.place}: no metric {name}")
                continue
            labels = self.labels[name]
            known |= labels.keys()
            for label, operator, value in matchers:
                if label not in labels:
                    found.append(f"{expression.place}: {name} has no label {label}")
                elif not self._met(operator, value, labels[label] | more.get(label, set())):
                    found.append(f"{expression.place}: no {label} of {name} is {operator} {value}")
        wrong = (expression.grouped | expression.shown) - known
        return found + [f"{expression.place}: no label {label}" for label in sorted(wrong)]

    @staticmethod
    def _met(operator: str, wanted: str, values: set[str]) -> bool:
        """Whether one of `values` fits; what is left out may well be absent, and a variable is chosen by the reader."""
        if operator in ("!=", "!~") or wanted.startswith("$"):
            return True
        pattern = re.compile(wanted.replace("\\\\", "\\"))
        return any(pattern.fullmatch(value) for value in values)
