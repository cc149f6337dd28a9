# SPDX-License-Identifier: EUPL-1.2
"""Completeness of dossiers through the public API, cell by cell against their `expected.json`."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

DOSSIERS = Path(__file__).parents[1] / "data" / "wohngeld" / "dossiers"
STATUSES = ("present", "missing", "unclear", "not_applicable")


@dataclass(frozen=True)
class Cell:
    """`pages`: None where nothing is to be shown, else whether the evidence names the right file and page."""

    dossier: str
    requirement: str
    truth: str
    found: str
    code: bool
    pages: bool | None

    @property
    def right(self) -> bool:
        return self.truth == self.found and self.code

    @property
    def hidden_gap(self) -> bool:
        """The expensive error: something is open and is reported as settled."""
        return self.truth in ("missing", "unclear") and self.found in ("present", "not_applicable")


@dataclass(frozen=True)
class Checked:
    cells: list[Cell]
    result: dict[str, Any]
    seconds: float


def check(client: httpx.Client, folder: Path, rule_set: str = "wohngeld") -> Checked:
    """Upload every file of the folder, run the module, compare; `seconds` from the first upload to the result."""
    begin = time.monotonic()
    files = []
    for path in sorted(folder.iterdir()):
        if path.name != "expected.json":
            sent = client.post("/api/v1/files", files={"file": (path.name, path.read_bytes())})
            sent.raise_for_status()
            files.append(sent.json()["id"])
    body = {"input": {"rule_set": rule_set, "files": files}}
    answer = client.post("/api/v1/modules/completeness/runs", json=body, timeout=300)
    answer.raise_for_status()
    run = answer.json()
    if run["state"] != "succeeded":
        raise RuntimeError(f"{folder.name}: {run['error']}")
    seconds = time.monotonic() - begin
    wanted = json.loads((folder / "expected.json").read_text("utf-8"))
    return Checked(list(_cells(folder.name, run["result"], wanted)), run["result"], seconds)


def _cells(dossier: str, result: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterable[Cell]:
    for name, truth in wanted["requirements"].items():
        found = result["requirements"][name]
        code = found["reason_code"] == truth["reason_code"]
        yield Cell(dossier, name, truth["status"], found["status"], code, _pages(found, truth))


def _pages(found: Mapping[str, Any], truth: Mapping[str, Any]) -> bool | None:
    """All pages of the truth, or pages of it and its alternatives alone."""
    wanted = {(place["file"], place["page"]) for place in truth.get("evidence", ())}
    if not wanted:
        return None
    others = {(place["file"], place["page"]) for place in truth.get("evidence_alternatives", ())}
    pages = {(place["file"], place["page"]) for place in found["evidence"]}
    return pages == wanted or bool(pages and pages <= wanted | others)


def figures(cells: list[Cell]) -> dict[str, Any]:
    """Per status precision, recall and F1; exact cells, hidden gaps, evidence; over all given cells."""
    pairs = Counter((cell.truth, cell.found) for cell in cells)
    by_status = {}
    for status in STATUSES:
        hit = pairs[status, status]
        said = sum(count for (_, found), count in pairs.items() if found == status)
        true = sum(count for (truth, _), count in pairs.items() if truth == status)
        precision, recall = hit / said if said else 1.0, hit / true if true else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        by_status[status] = {
            "cells": true,
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(f1, 4),
        }
    applicable = [
        cell for cell in cells if "not_applicable" not in (cell.truth, cell.found) or cell.truth != cell.found
    ]
    shown = [cell for cell in cells if cell.pages is not None]
    return {
        "cells": len(cells),
        "applicable": len(applicable),
        "right": round(sum(cell.right for cell in applicable) / len(applicable), 4) if applicable else 1.0,
        "hidden_gaps": sum(cell.hidden_gap for cell in cells),
        "demands_of_what_is_there": sum(c.truth == "present" and c.found in ("missing", "unclear") for c in cells),
        "evidence_right": round(sum(bool(cell.pages) for cell in shown) / len(shown), 4) if shown else 1.0,
        "by_status": by_status,
    }
