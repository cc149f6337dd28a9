# SPDX-License-Identifier: EUPL-1.2
"""Canonical documents as JSON bytes: the answer of a parser process, and the stored object.

Decoding trusts nothing: a parser process reads hostile files and might be taken over, so every span must lie inside
the text and every value must have its type; anything else is a ValueError.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any, get_args

import orjson

from genius_retrieval.chunks import (
    AttachedPart,
    Block,
    BlockKind,
    Box,
    CanonicalDocument,
    FieldKind,
    FormField,
    PageSpan,
    Section,
    Warned,
)

_CODE_CHARS = 160
_KINDS = frozenset(get_args(BlockKind))
_FIELD_KINDS = frozenset(get_args(FieldKind))


def encode_document(document: CanonicalDocument) -> bytes:
    return orjson.dumps(_encoded(document))


def _encoded(document: CanonicalDocument) -> dict[str, Any]:
    return {
        "title": document.title,
        "text": document.text,
        "blocks": [
            [
                block.kind,
                block.char_from,
                block.char_to,
                block.page,
                block.level,
                [
                    [b.page, b.x0, b.y0, b.x1, b.y1, b.char_from, b.char_to, *([b.cells] if b.cells else [])]
                    for b in block.boxes
                ],
            ]
            for block in document.blocks
        ],
        "pages": [[p.number, p.char_from, p.char_to, p.width, p.height] for p in document.pages],
        "sections": [
            [list(s.path), s.char_from, s.char_to, s.source_id, s.place, s.columns] for s in document.sections
        ],
        "as_of": document.as_of,
        "media_type": document.media_type,
        "warnings": [warning.code for warning in document.warnings],
        "fields": [
            [f.name, f.label, f.kind, f.value, f.checked, f.page, f.x0, f.y0, f.x1, f.y1] for f in document.fields
        ],
        "parts": [[p.name, p.reason, _encoded(p.document) if p.document else None] for p in document.parts],
    }


def decode_document(raw: bytes) -> CanonicalDocument:
    """The document in `raw`; ValueError where a value or span is not possible."""
    try:
        data = orjson.loads(raw)
        return replace(_decoded(data), parts=tuple(map(_part, data.get("parts", ()))))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a canonical document") from error


def _decoded(data: Any) -> CanonicalDocument:
    text = _text(data["text"])
    reader = _Reader(text)
    return CanonicalDocument(
        title=_text(data["title"])[:500],
        text=text,
        blocks=tuple(reader.block(item) for item in data["blocks"]),
        pages=tuple(reader.page(item) for item in data["pages"]),
        sections=tuple(reader.section(item) for item in data["sections"]),
        as_of=dt.date.fromisoformat(data["as_of"]) if data["as_of"] else None,
        media_type=_text(data["media_type"])[:100],
        warnings=tuple(Warned(_text(code)[:_CODE_CHARS]) for code in data["warnings"]),
        # Documents from before forms were read have none.
        fields=tuple(map(_field, data.get("fields", ()))),
    )


def _part(item: list[Any]) -> AttachedPart:
    name, reason, document = item
    return AttachedPart(_text(name)[:500], _decoded(document) if document else None, _text(reason)[:_CODE_CHARS])


class _Reader:
    """Values of a document over `text`."""

    def __init__(self, text: str) -> None:
        self._full = text
        self._length = len(text)

    def span(self, start: Any, end: Any) -> tuple[int, int]:
        if type(start) is not int or type(end) is not int or not 0 <= start <= end <= self._length:
            raise ValueError("span outside of the text")
        return start, end

    def block(self, item: list[Any]) -> Block:
        kind, start, end, page, level, boxes = item
        if kind not in _KINDS:
            raise ValueError("unknown kind of block")
        start, end = self.span(start, end)
        return Block(
            kind,
            self._full[start:end],
            start,
            end,
            _optional_int(page),
            tuple(map(self.box, boxes)),
            _optional_int(level),
        )

    def box(self, item: list[Any]) -> Box:
        # Most lines have no cells, those of documents from before that none at all.
        page, x0, y0, x1, y1, start, end, *rest = item
        start, end = self.span(start, end)
        cells = tuple((_int(at), _number(left), _number(right)) for at, left, right in (rest[0] if rest else ()))
        if any(not start <= at <= end for at, _, _ in cells) or len(rest) > 1:
            raise ValueError("cell outside of its line")
        return Box(_int(page), _number(x0), _number(y0), _number(x1), _number(y1), start, end, cells)

    def page(self, item: list[Any]) -> PageSpan:
        number, start, end, width, height = item
        return PageSpan(_int(number), *self.span(start, end), _number(width), _number(height))

    def section(self, item: list[Any]) -> Section:
        # Documents from before places and columns have four values.
        path, start, end, source, place, columns = item if len(item) != 4 else (*item, "", "")
        return Section(
            tuple(_text(part) for part in path),
            *self.span(start, end),
            _text(source) if source else None,
            _text(place),
            _text(columns),
        )


def _field(item: list[Any]) -> FormField:
    name, label, kind, value, checked, page, x0, y0, x1, y1 = item
    if kind not in _FIELD_KINDS or type(checked) not in {bool, type(None)}:
        raise ValueError("not a field of a form")
    box = (_number(x0), _number(y0), _number(x1), _number(y1))
    return FormField(_text(name), _text(label), kind, _text(value), checked, _int(page), *box)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError("not a text")
    return value


def _int(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("not a whole number")
    return value


def _optional_int(value: Any) -> int | None:
    return None if value is None else _int(value)


def _number(value: Any) -> float:
    if type(value) not in {int, float} or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)
