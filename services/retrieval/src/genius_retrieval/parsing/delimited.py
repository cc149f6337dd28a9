# SPDX-License-Identifier: EUPL-1.2
"""CSV: text whose lines have the same number of fields. Formulas in it are text like any other."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing import plain
from genius_retrieval.parsing.builder import DocumentBuilder
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.sheets import Sheet

_SAMPLE_CHARS = 65_536
_SAMPLE_ROWS = 100
_MOST_COLUMNS = 16_384
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_NAMES = (".csv", ".tsv")


def delimiter(text: str, name: str) -> str | None:
    """What parts the fields; None where the text is no table. A name may make up for rows of different lengths."""
    if stated := _SEPARATOR_LINE.match(text):
        return stated[1]
    sample = text[:_SAMPLE_CHARS]
    named = name.lower().endswith(_NAMES)
    for candidate in (";", "\t", ","):
        if candidate not in sample.partition("\n")[0]:
            continue
        try:
            rows = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=candidate), _SAMPLE_ROWS))
        except csv.Error:
            continue
        if len(sample) < len(text) and len(rows) < _SAMPLE_ROWS:
            rows.pop()  # the sample ends inside of it
        if (named and rows and len(rows[0]) > 1) or _regular([row for row in rows if row], candidate):
            return candidate
    return None


def _regular(rows: list[list[str]], candidate: str) -> bool:
    """Whether these are rows of one table: a list that ends its lines with ";" and enumerations in prose are none."""
    if len(rows) < 3 or len({len(row) for row in rows}) > 1 or len(rows[0]) < 2 or not all(map(str.strip, rows[0])):
        return False
    return candidate != "," or not any(cell.startswith(" ") for row in rows for cell in row[1:])


def _lines(text: str, parted: str) -> Iterator[str]:
    """Lines as the reader of CSV wants them; one that no spreadsheet could hold would cost all the memory."""
    for line in io.StringIO(text, newline=""):
        if line.count(parted) > _MOST_COLUMNS:
            raise Refused("too_complex")
        yield line


def parse(content: bytes, name: str, bounds: Bounds) -> CanonicalDocument | None:
    """The table; None where it is no table after all."""
    text, guessed = plain.decode(content)
    parted = delimiter(text, name)
    if parted is None:
        return None
    if stated := _SEPARATOR_LINE.match(text):
        text = text[stated.end() :]
    builder = DocumentBuilder(bounds, "text/csv")
    if guessed:
        builder.warn("guessed_encoding")
    sheet = Sheet(builder, None)
    try:
        for number, row in enumerate(csv.reader(_lines(text, parted), delimiter=parted), 1):
            sheet.row(number, [(column, " ".join(cell.split())) for column, cell in enumerate(row)])
    except csv.Error:
        # A quotation mark without its end swallows the rest: read as text nothing is lost.
        return None
    sheet.close()
    return builder.build(None, name)
