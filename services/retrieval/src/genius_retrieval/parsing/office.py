# SPDX-License-Identifier: EUPL-1.2
"""Zipped office formats: which one it is, by its parts and not by its name."""

from __future__ import annotations

import zipfile
from collections.abc import Callable

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing import docx, ods, odt, pptx, xlsx
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, open_archive, read_part

Parser = Callable[[zipfile.ZipFile, str, Bounds], CanonicalDocument]

_PACKAGES: dict[str, Parser] = {
    "word/document.xml": docx.parse,
    xlsx.WORKBOOK: xlsx.parse,
    pptx.PRESENTATION: pptx.parse,
}
"""By the part that every file of the kind has."""
_ODF = "application/vnd.oasis.opendocument."
_OPEN_DOCUMENTS: dict[str, Parser] = {"text": odt.parse, "spreadsheet": ods.parse}


def parse(content: bytes, name: str, bounds: Bounds) -> CanonicalDocument:
    with open_archive(content, bounds) as archive:
        return _parser(archive, bounds)(archive, name, bounds)


def _parser(archive: zipfile.ZipFile, bounds: Bounds) -> Parser:
    names = set(archive.namelist())
    found = [parser for part, parser in _PACKAGES.items() if part in names and "[Content_Types].xml" in names]
    kind = (read_part(archive, "mimetype", bounds) or b"").strip().decode("ascii", "replace")
    if kind.startswith(_ODF) and (parser := _OPEN_DOCUMENTS.get(kind.removeprefix(_ODF).removesuffix("-template"))):
        found.append(parser)
    if len(found) > 1 or (found and found[0] in _PACKAGES.values() and "content.xml" in names):
        raise Refused("ambiguous_type")
    if not found:
        raise Refused("unknown_type")
    return found[0]
