# SPDX-License-Identifier: EUPL-1.2
"""Parsers called directly: for what they make of harmless and hostile bytes; the cage is shown in integration."""

from __future__ import annotations

from typing import Any

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.ingest.reasons import FAILURES
from genius_retrieval.parsing.errors import Refused, Scanned, ScannedParts
from genius_retrieval.parsing.guards import Bounds, family
from genius_retrieval.parsing.kinds import load_parser

BOUNDS = Bounds(5000, 2_000_000, 500, 1 << 22, 1 << 24, 100)


def parse(content: bytes, name: str, bounds: Bounds = BOUNDS) -> CanonicalDocument:
    """As the parser process does it where no text recognition is installed."""
    parser = load_parser(family(content), "parse")
    try:
        found: CanonicalDocument = parser(content, name, bounds)
    except Scanned:
        found = parser(content, name, bounds, readings={"installed": False, "pages": {}})
    except ScannedParts:
        found = parser(content, name, bounds, readings={})
    check(found)
    return found


def check(document: CanonicalDocument) -> None:
    """What must hold of every canonical document, whatever the file was."""
    end = 0
    for block in document.blocks:
        assert block.char_from >= end
        assert document.text[end : block.char_from].strip() == ""
        assert document.text[block.char_from : block.char_to] == block.text
        assert block.text
        assert (block.level is not None) == (block.kind == "heading")
        end = block.char_to
    assert end == len(document.text)
    position = 0
    for section in document.sections:
        assert section.char_from == position
        position = section.char_to
    assert not document.sections or position == document.content_end
    assert document.title
    assert "\n" not in document.title


def shape(document: CanonicalDocument) -> list[tuple[Any, ...]]:
    """Kind and text of the blocks, for headings also their level."""
    return [
        (block.kind, block.text) if block.level is None else (block.kind, block.level, block.text)
        for block in document.blocks
    ]


def codes(document: CanonicalDocument) -> list[str]:
    return [warning.code for warning in document.warnings]


def outcome(content: bytes, name: str, bounds: Bounds = BOUNDS) -> CanonicalDocument | str:
    """The document, or the code of the refusal; anything else that comes out of a parser is a fault."""
    try:
        return parse(content, name, bounds)
    except Refused as refused:
        code = refused.code
    assert code in FAILURES
    return code
