# SPDX-License-Identifier: EUPL-1.2
"""ODS (OpenDocument 1.3) read from content.xml as a stream: what each cell shows, no formula, macro or comment."""

from __future__ import annotations

import zipfile
from typing import Any

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder, refuse_marked
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, open_part
from genius_retrieval.parsing.odt import FO, OFFICE, STYLE, TABLE, TEXT, Body, read_frame
from genius_retrieval.parsing.safe_xml import iter_xml
from genius_retrieval.parsing.sheets import Sheet

_CELLS = {TABLE + "table-cell", TABLE + "covered-table-cell"}
_ROW, _COLUMN, _SHEET, _STYLE = TABLE + "table-row", TABLE + "table-column", TABLE + "table", STYLE + "style"
_ASIDE = (OFFICE + "annotation", TABLE + "tracked-changes")
_LAST_COLUMN, _LAST_ROW = 16_384, 1_048_576


def parse(archive: zipfile.ZipFile, name: str, bounds: Bounds) -> CanonicalDocument:
    title = read_frame(archive, bounds).title
    builder = DocumentBuilder(bounds, "application/vnd.oasis.opendocument.spreadsheet")
    if "content.xml" not in archive.namelist():
        raise Refused("broken")
    with open_part(archive, "content.xml") as part:
        reader = _Reader(builder)
        for done, element in iter_xml(part, (_SHEET, *_ASIDE), (_STYLE, _COLUMN, _ROW, _SHEET)):
            reader.take(done, element)
    return builder.build(title, name)


class _Reader:
    """Takes the elements of content.xml in their order."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._unseen_styles: set[str] = set()
        self._texts = Body(builder, frozenset())
        self._sheet: Sheet | None = None
        self._hidden = False
        self._row_number = self._columns = 0
        self._out: set[int] = set()

    def take(self, done: bool, element: Any) -> None:
        if element.tag in _ASIDE:
            self._builder.warn("tracked_changes")
        elif element.tag == _STYLE:
            if _is_unseen(element):
                self._unseen_styles.add(str(element.get(STYLE + "name")))
                self._texts = Body(self._builder, frozenset(self._unseen_styles))
        elif element.tag == _SHEET:
            self._end() if done else self._begin(element)
        elif self._sheet and element.tag == _COLUMN:
            repeated = _repeated(element, TABLE + "number-columns-repeated", _LAST_COLUMN)
            if element.get(TABLE + "visibility") in {"collapse", "filter"}:
                self._out |= set(range(self._columns, min(self._columns + repeated, _LAST_COLUMN)))
            self._columns += repeated
        elif self._sheet and element.tag == _ROW:
            self._row(self._sheet, element)

    def _begin(self, table: Any) -> None:
        name = str(table.get(TABLE + "name") or "")
        refuse_marked(name)
        self._sheet = Sheet(self._builder, name)
        self._hidden = table.get(TABLE + "style-name") in self._unseen_styles
        self._row_number = self._columns = 0
        self._out = set()

    def _end(self) -> None:
        if self._sheet:
            self._sheet.close()
        self._sheet = None

    def _row(self, sheet: Sheet, row: Any) -> None:
        first = self._row_number + 1
        repeated = _repeated(row, TABLE + "number-rows-repeated", _LAST_ROW)
        self._row_number = min(self._row_number + repeated, _LAST_ROW)
        unseen = self._hidden or row.get(TABLE + "visibility") in {"collapse", "filter"}
        cells = self._cells(row, unseen)
        if cells:
            for number in range(first, self._row_number + 1):
                sheet.row(number, cells)

    def _cells(self, row: Any, unseen: bool) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        column = 0
        # Hidden cells and comments too.
        refuse_marked("\n".join(row.itertext()))
        for cell in row.iterchildren(*_CELLS):
            repeated = _repeated(cell, TABLE + "number-columns-repeated", _LAST_COLUMN)
            columns = range(column, min(column + repeated, _LAST_COLUMN))
            column += repeated
            text = " ".join(" ".join(self._texts.items(cell)).split())
            if not text:
                continue
            if unseen or cell.get(TABLE + "style-name") in self._unseen_styles or self._out.issuperset(columns):
                self._builder.warn("hidden_text")
            else:
                found += [(place, text) for place in columns if place not in self._out]
        return found


def _repeated(element: Any, name: str, most: int) -> int:
    given = str(element.get(name) or "1")
    if not given.isdigit() or len(given) > 9:
        raise Refused("broken")
    return min(int(given), most)


def _is_unseen(style: Any) -> bool:
    """Whether nobody sees a sheet, cell or text of this style."""
    table = style.find(STYLE + "table-properties")
    if table is not None and table.get(TABLE + "display") == "false":
        return True
    text, cell = style.find(STYLE + "text-properties"), style.find(STYLE + "table-cell-properties")
    if text is None:
        return False
    coloured = cell is not None and cell.get(FO + "background-color") not in {None, "transparent"}
    white = str(text.get(FO + "color")).lower() == "#ffffff"
    return (white and not coloured and not text.get(FO + "background-color")) or text.get(TEXT + "display") == "none"
