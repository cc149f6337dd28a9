# SPDX-License-Identifier: EUPL-1.2
"""A document as plain data for `document.typ`: kinds and texts, never markup."""

from __future__ import annotations

from typing import Any

from genius_gateway.export.model import (
    Block,
    Document,
    Heading,
    ItemList,
    Line,
    Paragraph,
    Preformatted,
    Quotation,
    Table,
)


def as_data(document: Document) -> dict[str, Any]:
    """JSON values only; `document` is tidy."""
    at = document.origin.at
    return {
        "title": document.title,
        "title_shown": document.title_shown,
        "author": document.author,
        "language": document.language,
        "letterhead": list(document.letterhead),
        "blocks": [_block(block) for block in document.blocks],
        "note": document.origin.note,
        "foot": document.origin.short,
        "keywords": [f"{name}={value}" for name, value in document.origin.properties.items()],
        "at": [at.year, at.month, at.day, at.hour, at.minute, at.second],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "line": _line(block.line)}
        case Paragraph():
            return {"kind": "paragraph", "lines": [_line(line) for line in block.lines]}
        case ItemList():
            items = [[_block(inner) for inner in item] for item in block.items]
            return {"kind": "list", "start": block.start, "items": items}
        case Table():
            rows = [[_line(cell) for cell in row] for row in block.rows]
            header = [_line(cell) for cell in block.header]
            return {"kind": "table", "header": header, "rows": rows, "summary": block.summary}
        case Quotation():
            return {"kind": "quotation", "blocks": [_block(inner) for inner in block.blocks]}
        case Preformatted():
            return {"kind": "preformatted", "text": block.text}


def _line(line: Line) -> list[dict[str, Any]]:
    names = ("strong", "emphasis", "code", "gap")
    return [{"text": span.text} | {name: True for name in names if getattr(span, name)} for span in line]
