# SPDX-License-Identifier: EUPL-1.2
"""Canonical documents as bytes: what goes in comes out, and no bent bytes come out as something impossible."""

import datetime as dt
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_retrieval.chunks import Block, Box, CanonicalDocument, FormField, PageSpan, Section, Warned
from genius_retrieval.parsing.codec import decode_document, encode_document
from genius_retrieval.parsing.spans import boxes_of

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
numbers = st.floats(-5000, 5000, allow_nan=False)
KINDS = ["heading", "paragraph", "list", "table"]


@st.composite
def documents(draw: st.DrawFn) -> CanonicalDocument:
    """Any document whose spans lie inside of its text."""
    text = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))

    def span() -> tuple[int, int]:
        start = draw(st.integers(0, len(text)))
        return start, draw(st.integers(start, len(text)))

    def box() -> Box:
        return Box(draw(st.integers(1, 9)), *(draw(numbers) for _ in range(4)), *span())

    def block() -> Block:
        start, end = span()
        boxes = tuple(box() for _ in range(draw(st.integers(0, 2))))
        page, level = draw(st.none() | st.integers(1, 9)), draw(st.none() | st.integers(1, 6))
        return Block(draw(st.sampled_from(KINDS)), text[start:end], start, end, page, boxes, level)  # type: ignore[arg-type]

    return CanonicalDocument(
        title=draw(texts),
        text=text,
        blocks=tuple(block() for _ in range(draw(st.integers(0, 3)))),
        pages=tuple(PageSpan(n, *span(), draw(numbers), draw(numbers)) for n in range(draw(st.integers(0, 2)))),
        sections=tuple(
            Section(tuple(draw(st.lists(texts, max_size=3))), *span(), draw(st.none() | texts.filter(bool)))
            for _ in range(draw(st.integers(0, 2)))
        ),
        as_of=draw(st.none() | st.dates()),
        media_type=draw(texts),
        warnings=tuple(Warned(code) for code in draw(st.lists(texts, max_size=2))),
        fields=tuple(
            FormField(draw(texts), draw(texts), "check", draw(texts), draw(st.none() | st.booleans()), 1, *[2.5] * 4)
            for _ in range(draw(st.integers(0, 2)))
        ),
    )


@given(documents())
def test_every_document_comes_back(document: CanonicalDocument) -> None:
    raw = encode_document(document)
    assert decode_document(raw) == document
    assert encode_document(decode_document(raw)) == raw


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 300) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=12,
)
FIELDS = ["title", "text", "blocks", "pages", "sections", "as_of", "media_type", "warnings"]


@given(documents(), st.sampled_from(FIELDS), values)
def test_a_bent_field_is_refused_or_harmless(document: CanonicalDocument, field: str, value: Any) -> None:
    """ING-08: of a parser that was taken over nothing but a document with possible spans gets through."""
    data = orjson.loads(encode_document(document)) | {field: value}
    try:
        found = decode_document(orjson.dumps(data))
    except ValueError:
        return
    spans = [(b.char_from, b.char_to) for b in (*found.blocks, *found.pages, *found.sections)]
    spans += [(box.char_from, box.char_to) for block in found.blocks for box in block.boxes]
    assert all(0 <= start <= end <= len(found.text) for start, end in spans)
    assert all(block.text == found.text[block.char_from : block.char_to] for block in found.blocks)
    assert all(type(part) is str for section in found.sections for part in section.path)


@given(st.binary(max_size=60))
def test_other_bytes_are_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):
        decode_document(raw)


def test_lengths_of_what_a_parser_names_are_bounded() -> None:
    document = CanonicalDocument("t" * 9000, "x", (), media_type="m" * 900, warnings=(Warned("w" * 900),))
    found = decode_document(encode_document(document))
    assert (len(found.title), len(found.media_type), len(found.warnings[0].code)) == (500, 100, 160)


def test_dates_keep_their_day() -> None:
    document = CanonicalDocument("t", "x", (), as_of=dt.date(2024, 2, 29))
    assert decode_document(encode_document(document)).as_of == dt.date(2024, 2, 29)


LINE = Box(1, 100.0, 10.0, 200.0, 20.0, 0, 50)


@given(st.integers(0, 60), st.integers(0, 60))
def test_marks_lie_in_their_line_and_grow_with_their_span(start: int, end: int) -> None:
    document = CanonicalDocument("t", "x" * 60, (Block("paragraph", "x" * 60, 0, 60, 1, (LINE,)),))
    found = boxes_of(document, 1, start, end)
    covered = max(0, min(end, 50) - start)
    assert len(found) == (1 if covered else 0)
    for left, bottom, right, top in found:
        assert (bottom, top) == (10.0, 20.0)
        assert 100.0 <= left < right <= 200.0 + 1e-9
        assert abs((right - left) - 2.0 * covered) < 1e-6
