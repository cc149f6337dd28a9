# SPDX-License-Identifier: EUPL-1.2
"""The file of a law, and what the command says."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from genius_stack.commands.laws import summary
from genius_stack.errors import LawNotUpdated
from genius_stack.imports.law_file import read_law


def section(number: int, as_of: str = "2026-01-01", **other: Any) -> dict[str, Any]:
    base = {"id": f"BJNR185610008/{number:04}", "number": f"§ {number}", "heading": "", "path": [], "text": "Text."}
    return {**base, "as_of": as_of, **other}


def written(folder: Path, *lines: Any) -> Path:
    file = folder / "gesetz.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return file


def test_it_is_as_of_its_latest_section(tmp_path: Path) -> None:
    file = written(tmp_path, section(1), "", section(2, "2026-05-01"))
    law = read_law(file, None)
    assert (law["bjnr"], law["as_of"], len(law["sections"])) == ("BJNR185610008", "2026-05-01", 2)
    assert read_law(file, dt.date(2026, 6, 1))["as_of"] == "2026-06-01"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "enthält keinen §"),
        (["kein JSON"], "Zeile 1"),
        ([section(1), "[]"], "Zeile 2"),
        ([{**section(1), "id": "12/1"}], "bjnr"),
        ([section(1), {**section(2), "text": None}], "2. §, Feld „text“"),
        ([section(1), {**section(2), "as_of": "2026-13-01"}], "2. §, Feld „as_of“"),
        ([section(1), section(1)], "kommt mehrfach vor"),
        ([section(1), {**section(2), "id": "BJNR000010949/0001"}], "eines anderen Gesetzes"),
    ],
)
def test_a_file_that_is_no_law_is_refused_with_its_place(tmp_path: Path, lines: list[Any], said: str) -> None:
    with pytest.raises(LawNotUpdated, match=said):
        read_law(written(tmp_path, *lines), None)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((2, 1, 0, 51, 4), "WoGG: 2 §§ geändert, 1 neu, 0 entfallen, 51 unverändert (4 Textstücke neu erfasst)"),
        ((1, 0, 0, 52, 1), "WoGG: 1 § geändert, 0 neu, 0 entfallen, 52 unverändert (1 Textstück neu erfasst)"),
        ((0, 0, 0, 53, 0), "WoGG: 53 §§ unverändert"),
    ],
)
def test_the_summary_says_what_changed(numbers: tuple[int, ...], said: str) -> None:
    told = dict(zip(("changed", "new", "gone", "same", "points"), numbers, strict=True))
    assert summary({"citation": "WoGG", **told}) == said
