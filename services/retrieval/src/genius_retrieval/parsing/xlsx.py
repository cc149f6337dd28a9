# SPDX-License-Identifier: EUPL-1.2
"""XLSX (ECMA-376) read from its XML parts as a stream: stored values only, no formula, macro, link or picture.

Own reading instead of openpyxl, which answers hidden rows and columns like any other, needs the formats of numbers
worked out all the same and opens parts that nobody wants opened.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

from genius_retrieval.chunks import BlockKind, CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder, refuse_marked
from genius_retrieval.parsing.cell_formats import BUILT_IN, show
from genius_retrieval.parsing.charts import ChartParts, add_chart, charts_in
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, open_part, read_part
from genius_retrieval.parsing.packages import core_title, refuse_marked_parts, related, relations
from genius_retrieval.parsing.safe_xml import iter_xml, parse_xml
from genius_retrieval.parsing.sheets import Sheet
from genius_retrieval.parsing.xlsx_edges import page_edges, without_codes

WORKBOOK = "xl/workbook.xml"
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ROW, _COLUMN, _HEAD, _CELL = _S + "row", _S + "col", _S + "headerFooter", _S + "c"
_LETTERS = re.compile(r"[A-Z]{1,3}")
_LAST_COLUMN, _LAST_ROW = 16_384, 1_048_576
_TRUTH = {"1": "WAHR", "0": "FALSCH"}
_ASIDE = ("docProps/", "xl/comments", "xl/threadedComments/", "xl/drawings/", "xl/charts/")

_NOTHING = ";;;"
"""The format code that shows no value at all."""


class _Style(NamedTuple):
    code: str
    unseen: bool


class _Cell(NamedTuple):
    column: int
    text: str
    unseen: bool


_PLAIN = _Style("", False)


def parse(archive: zipfile.ZipFile, name: str, bounds: Bounds) -> CanonicalDocument:
    workbook = parse_xml(read_part(archive, WORKBOOK, bounds) or b"")
    builder = DocumentBuilder(bounds, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    refuse_marked_parts(archive, bounds, _ASIDE)
    refuse_marked("\n".join(str(sheet.get("name")) for sheet in workbook.iter(_S + "sheet")))
    if any(entry.startswith(("xl/comments", "xl/threadedComments/")) for entry in archive.namelist()):
        builder.warn("tracked_changes")
    reader = _Reader(archive, builder, bounds, workbook)
    parts = relations(archive, WORKBOOK, bounds)
    for sheet in workbook.iter(_S + "sheet"):
        part = parts.get(str(sheet.get(_R)))
        hidden = sheet.get("state") in {"hidden", "veryHidden"}
        if part is not None and part.kind == "worksheet":
            reader.sheet(part.target, str(sheet.get("name") or ""), hidden)
        elif part is not None and part.kind == "chartsheet" and not hidden:
            reader.chart_sheet(part.target, str(sheet.get("name") or ""))
    return builder.build(core_title(archive, bounds), name)


class _Reader:
    """Sheets of one workbook, which share texts and formats."""

    def __init__(self, archive: zipfile.ZipFile, builder: DocumentBuilder, bounds: Bounds, workbook: Any) -> None:
        self._archive = archive
        self._builder = builder
        self._bounds = bounds
        about = workbook.find(_S + "workbookPr")
        self._since_1904 = about is not None and about.get("date1904") in {"1", "true"}
        self._styles = _styles(read_part(archive, "xl/styles.xml", bounds))
        self._charts = ChartParts(archive, bounds)
        self._texts = list(self._shared()) if "xl/sharedStrings.xml" in archive.namelist() else []

    def _shared(self) -> Iterator[str]:
        length = 0
        with open_part(self._archive, "xl/sharedStrings.xml") as part:
            for _, item in iter_xml(part, (), (_S + "si",)):
                text = _text(item)
                length += len(text)
                if length > self._bounds.text_chars:
                    raise Refused("too_much_text")
                yield text

    def sheet(self, part: str, name: str, hidden: bool) -> None:
        """The visible rows of a sheet, then the text boxes on it. What is hidden is read for its marks only."""
        sheet = Sheet(self._builder, name)
        out: set[int] = set()
        edges: list[tuple[BlockKind, str]] = []
        number = 0
        with open_part(self._archive, part) as stream:
            for _, element in iter_xml(stream, (), (_COLUMN, _ROW, _HEAD)):
                if element.tag == _COLUMN:
                    out |= _hidden_columns(element)
                elif element.tag == _HEAD:
                    refuse_marked(without_codes("\n".join(element.itertext()), name))
                    if not hidden:
                        edges += page_edges(element, name)
                else:
                    number = _number(element.get("r"), number)
                    unseen = hidden or element.get("hidden") in {"1", "true"}
                    self._row(sheet, number, self._cells(element), unseen, out)
        sheet.close()
        if not hidden:
            self._boxes(part, sheet)
        for kind, text in edges:
            self._builder.add(kind, text)

    def chart_sheet(self, part: str, name: str) -> None:
        """A sheet that is a chart and nothing else."""
        self._boxes(part, Sheet(self._builder, name))

    def _row(self, sheet: Sheet, number: int, cells: list[_Cell], unseen: bool, out: set[int]) -> None:
        shown = [] if unseen else [cell for cell in cells if not cell.unseen and cell.column not in out]
        if len(shown) < len(cells):
            refuse_marked("\n".join(cell.text for cell in cells))
            self._builder.warn("hidden_text")
        sheet.row(number, [(cell.column, cell.text) for cell in shown])

    def _cells(self, row: Any) -> list[_Cell]:
        found: list[_Cell] = []
        column = -1
        for cell in row.iterchildren(_CELL):
            place = _LETTERS.match(cell.get("r") or "")
            before, column = column, _column(place[0]) if place else column + 1
            if not before < column < _LAST_COLUMN:
                raise Refused("broken")
            style = self._style(cell.get("s") or "0")
            if text := " ".join(self._value(cell, style.code).split()):
                found.append(_Cell(column, text, style.unseen))
        return found

    def _style(self, given: str) -> _Style:
        return self._styles[int(given)] if given.isdigit() and int(given) < len(self._styles) else _PLAIN

    def _value(self, cell: Any, code: str) -> str:
        kind: str | None = cell.get("t")
        stored: str | None = cell.findtext(_S + "v")
        if kind == "inlineStr":
            return _text(cell.find(_S + "is"))
        if stored is None:
            if cell.find(_S + "f") is not None:
                self._builder.warn("formulas_without_value")
            return ""
        if kind == "s":
            return self._texts[int(stored)] if stored.isdigit() and int(stored) < len(self._texts) else ""
        if kind == "b":
            return _TRUTH.get(stored, stored)
        if kind in {"str", "e"}:
            return stored
        return stored[:10] if kind == "d" else show(stored, code, self._since_1904)

    def _boxes(self, part: str, sheet: Sheet) -> None:
        """Text boxes and charts on a sheet, which stand under its name."""
        for drawing in related(self._archive, part, self._bounds, "drawing"):
            root = parse_xml(read_part(self._archive, drawing, self._bounds) or b"")
            charts = self._charts.of(drawing)
            for paragraph in root.iter(_A + "p"):
                if text := "".join(node.text or "" for node in paragraph.iter(_A + "t")).strip():
                    sheet.title()
                    self._builder.add("paragraph", text)
            for chart in charts_in(root):
                sheet.title()
                add_chart(self._builder, charts(chart))


def _text(item: Any) -> str:
    """A text of runs, without its reading aid (furigana)."""
    if item is None:
        return ""
    return "".join(node.text or "" for node in item.iter(_S + "t") if node.getparent().tag != _S + "rPh")


def _styles(raw: bytes | None) -> list[_Style]:
    """The cell styles by their number."""
    root = parse_xml(raw) if raw else None
    cells = root.find(_S + "cellXfs") if root is not None else None
    if root is None or cells is None:
        return []
    own = {str(item.get("numFmtId")): str(item.get("formatCode") or "") for item in root.iter(_S + "numFmt")}
    fonts = root.find(_S + "fonts")
    white = {str(n) for n, font in enumerate(fonts if fonts is not None else ()) if _is_white(font.find(_S + "color"))}
    found = []
    for cell in cells.iterchildren(_S + "xf"):
        number = cell.get("numFmtId") or "0"
        code = own.get(number, BUILT_IN.get(int(number), "") if number.isdigit() else "")
        unseen = code.strip() == _NOTHING or (cell.get("fontId") in white and (cell.get("fillId") or "0") == "0")
        found.append(_Style(code, unseen))
    return found


def _is_white(colour: Any) -> bool:
    return colour is not None and (colour.get("rgb") in {"FFFFFFFF", "00FFFFFF"} or colour.get("theme") == "0")


def _hidden_columns(element: Any) -> set[int]:
    if element.get("hidden") not in {"1", "true"}:
        return set()
    first, last = (min(_number(element.get(name), 0), _LAST_COLUMN) for name in ("min", "max"))
    return set(range(first - 1, last))


def _number(given: str | None, before: int) -> int:
    """A row or column number, which may be left out where it follows the one before."""
    if given is None:
        return before + 1
    if not given.isdigit() or len(given) > 7 or not 0 < int(given) <= _LAST_ROW:
        raise Refused("broken")
    return int(given)


def _column(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found - 1
