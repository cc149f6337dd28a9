# SPDX-License-Identifier: EUPL-1.2
"""The development dossiers of Wohngeld: their files, read by the parsers, and what must be found in them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from genius_common.contracts.layout import DocumentLayout
from genius_modules.completeness.capture.description import load_form
from genius_modules.completeness.capture.documents import Source
from genius_modules.completeness.capture.folded import name_parts
from genius_modules.completeness.capture.reading import observe, sources_of
from genius_modules.completeness.observed import BLANK, Observed
from genius_retrieval.documents.layout import layout_of
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.runner import ParserRunner

ROOT = Path(__file__).parents[1] / "data" / "wohngeld" / "dossiers"
NAMES = sorted(path.name for path in ROOT.iterdir())
RECEIVED = dt.date(2026, 11, 26)


@dataclass(frozen=True)
class Kind:
    id: str
    strong: Sequence[str]
    weak: Sequence[str]


def types() -> list[Kind]:
    """The document types as the rule set of these dossiers names them."""
    listed = json.loads((ROOT.parent / "document_types.json").read_text())
    return [Kind(item["id"], item["strong"], item["weak"]) for item in listed]


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / name / "expected.json").read_text())
    return found


def contents(name: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((ROOT / name).iterdir()) if path.name != "expected.json"}


async def sources(parsers: ParserRunner, files: Mapping[str, bytes]) -> list[Source]:
    """The files as the platform hands them on."""
    found: list[Source] = []
    for name, content in files.items():
        layout, reason = None, ""
        try:
            layout = DocumentLayout.model_validate(layout_of(await parsers.parse(content, name)))
        except Refused as refused:
            reason = refused.code
        found += sources_of(name, layout, reason, "")
    return found


async def observed(parsers: ParserRunner, files: Mapping[str, bytes]) -> Observed:
    return observe(await sources(parsers, files), types(), load_form("wohngeld"), RECEIVED)


def plain(value: Any) -> Any:
    """A value as `expected.json` writes it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def wrong_facts(found: Observed, wanted: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Each fact of `wanted` (the `application` of an `expected.json`) that is not read as it should be."""
    for name, value in wanted.items():
        if name == "personen":
            continue
        fact = found.facts[name]
        got = plain(fact.value)
        if name == "unterschrieben" and fact.state == "blank":
            got = False
        if got != value:
            yield name, value, got
    people = wanted.get("personen", [])
    if len(people) != len(found.persons):
        yield "personen", len(people), len(found.persons)
    for person, own in zip(people, found.persons, strict=False):
        for name, value in person.items():
            got = own.id if name == "id" else plain(own.facts.get(name, BLANK).value)
            if got != value:
                yield f"{own.id}.{name}", value, got


def wrong_documents(found: Observed, wanted: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, Any, Any]]:
    """Each cell of `wanted` (the `documents` of an `expected.json`) that is not as it should be."""
    for item in wanted:
        own = [document for document in found.documents if document.file == item["file"]]
        if len(own) != 1:
            yield item["file"], "count", 1, len(own)
            continue
        document = own[0]
        kind = document.document_type if document.readable else document.expected_type
        cells = {"document_type": kind, "readable": document.readable}
        cells |= {name: plain(document.values.get(name)) for name in item["values"]}
        wanted_cells = {**item["values"], "document_type": item["document_type"], "readable": item["readable"]}
        named = {frozenset(name_parts(name)) for name, _ in document.names}
        ids = [person.id for person in found.persons if name_parts(person.name) in named]
        # A document about two people in different roles belongs to nobody alone.
        if item["readable"] and len(named) < 2:
            cells["person"], wanted_cells["person"] = next(iter(ids), None), item["person"]
        yield from (
            (item["file"], name, wanted_cells[name], got) for name, got in cells.items() if wanted_cells[name] != got
        )
