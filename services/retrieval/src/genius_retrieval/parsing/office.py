# SPDX-License-Identifier: EUPL-1.2
"""Zipped office formats: which one it is, by its parts and not by its name."""

from __future__ import annotations

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing import docx, odt
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, open_archive, read_part

_ODT = b"application/vnd.oasis.opendocument.text"


def parse(content: bytes, name: str, bounds: Bounds) -> CanonicalDocument:
    with open_archive(content, bounds) as archive:
        names = set(archive.namelist())
        is_docx = "[Content_Types].xml" in names and "word/document.xml" in names
        kind = read_part(archive, "mimetype", bounds)
        is_odt = kind is not None and kind.strip() in {_ODT, _ODT + b"-template"}
        if is_docx and (is_odt or "content.xml" in names):
            raise Refused("ambiguous_type")
        if is_docx:
            return docx.parse(archive, name, bounds)
        if is_odt:
            return odt.parse(archive, name, bounds)
    raise Refused("unknown_type")
