# SPDX-License-Identifier: EUPL-1.2
import datetime as dt

import orjson
import pytest

from genius_retrieval.chunks import Block, Box, CanonicalDocument, PageSpan, Section, Warned
from genius_retrieval.parsing.codec import decode_document, encode_document
from genius_retrieval.parsing.spans import boxes_of

BOX = Box(1, 72.0, 700.0, 172.0, 712.0, 0, 10)
DOCUMENT = CanonicalDocument(
    title="Titel",
    text="Überschrift\n\nText",
    blocks=(Block("heading", "Überschrift", 0, 11, 1, (BOX,), 2), Block("paragraph", "Text", 13, 17, 1)),
    pages=(PageSpan(1, 0, 17, 595.0, 842.0),),
    sections=(Section(("Überschrift",), 0, 17, "wogg-12"),),
    as_of=dt.date(2026, 4, 16),
    media_type="application/pdf",
    warnings=(Warned("hidden_text"),),
)


def test_round_trip() -> None:
    assert decode_document(encode_document(DOCUMENT)) == DOCUMENT


@pytest.mark.parametrize(
    "change",
    [
        {"text": 1},
        {"blocks": [["script", 0, 1, None, None, []]]},
        {"blocks": [["paragraph", 0, 999, None, None, []]]},
        {"blocks": [["paragraph", -1, 3, None, None, []]]},
        {"blocks": [["paragraph", 5, 3, None, None, []]]},
        {"blocks": [["paragraph", True, 3, None, None, []]]},
        {"blocks": [["paragraph", 0, 3, "1", None, []]]},
        {"blocks": [["paragraph", 0, 3, 1, None, [[1, "0", 0, 0, 0, 0, 1]]]]},
        {"blocks": None},
        {"pages": [[1, 0, 3]]},
        {"sections": [[[1], 0, 3, None]]},
        {"as_of": "gestern"},
        {"warnings": [None]},
    ],
)
def test_a_lying_parser_is_not_believed(change: dict[str, object]) -> None:
    """ING-08: whatever a taken-over parser process answers, spans and types are checked outside of it."""
    data = orjson.loads(encode_document(DOCUMENT)) | change
    with pytest.raises(ValueError):
        decode_document(orjson.dumps(data))


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"null", b"\xff"])
def test_other_bytes_are_no_document(raw: bytes) -> None:
    with pytest.raises(ValueError):
        decode_document(raw)


def test_partial_lines_are_marked_in_proportion() -> None:
    assert boxes_of(DOCUMENT, 1, 5, 10) == [[122.0, 700.0, 172.0, 712.0]]
    assert boxes_of(DOCUMENT, 2, 0, 10) == []
    assert boxes_of(DOCUMENT, 1, 11, 17) == []
