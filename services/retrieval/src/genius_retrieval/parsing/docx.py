# SPDX-License-Identifier: EUPL-1.2
"""DOCX (ECMA-376) read from its XML parts: no macro, relation, picture or comment is ever touched.

Own reading instead of python-docx, whose paragraphs leave out tracked insertions and content controls and which
opens every part of the package.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder, refuse_marked
from genius_retrieval.parsing.charts import ChartParts, ChartTable, add_chart, charts_in
from genius_retrieval.parsing.docx_edges import page_edges
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, read_part
from genius_retrieval.parsing.packages import core_title
from genius_retrieval.parsing.safe_xml import parse_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = {_W + "del", _W + "moveFrom", _W + "instrText", _W + "delText", _W + "pPr", _W + "rPr", _W + "sdtPr"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED |= {_W + "tbl", _FALLBACK}
_WRAPPERS = {_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml"}
_CHANGES = (_W + "del", _W + "ins", _W + "moveFrom", _W + "commentReference")
_DRAWING = _W + "drawing"
_MAX_DEPTH = 100


def parse(archive: zipfile.ZipFile, name: str, bounds: Bounds) -> CanonicalDocument:
    raw = read_part(archive, "word/document.xml", bounds)
    root = parse_xml(raw or b"")
    body = root.find(_W + "body")
    if body is None:
        raise Refused("broken")
    for entry in archive.namelist():
        if entry.startswith(("word/header", "word/footer", "docProps/")) and entry.endswith(".xml"):
            refuse_marked(" ".join(parse_xml(read_part(archive, entry, bounds) or b"").itertext()))
    builder = DocumentBuilder(bounds, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    if any(next(root.iter(tag), None) is not None for tag in _CHANGES):
        builder.warn("tracked_changes")
    levels = _heading_levels(read_part(archive, "word/styles.xml", bounds))
    charts = ChartParts(archive, bounds)
    _Body(builder, levels, charts.of("word/document.xml")).read(body, 0)
    for kind, part in page_edges(archive, root, bounds):
        with builder.aside(kind):
            _Body(builder, levels, charts.of(part)).read(parse_xml(read_part(archive, part, bounds) or b""), 0)
    return builder.build(core_title(archive, bounds), name)


def _heading_levels(raw: bytes | None) -> dict[str, int]:
    """Style id → level, by outline level or name, also inherited."""
    if not raw:
        return {}
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in parse_xml(raw).iter(_W + "style"):
        identifier = str(style.get(_W + "styleId") or "")
        if (level := _style_level(style)) is not None:
            levels[identifier] = level
        if (based := style.find(_W + "basedOn")) is not None:
            parents[identifier] = str(based.get(_W + "val"))
    for identifier, parent in parents.items():
        if identifier not in levels and parent in levels:
            levels[identifier] = levels[parent]
    return levels


def _style_level(style: Any) -> int | None:
    outline = style.find(f"{_W}pPr/{_W}outlineLvl")
    if outline is not None and str(outline.get(_W + "val")).isdigit():
        level = int(outline.get(_W + "val")) + 1
        return level if level <= 6 else None
    named = style.find(_W + "name")
    words = str(named.get(_W + "val") if named is not None else "").lower().split()
    if words == ["title"]:
        return 1
    if len(words) == 2 and words[0] in {"heading", "überschrift"} and words[1].isdigit():
        return min(int(words[1]), 6)
    return None


class _Body:
    """Paragraphs and tables in order; consecutive list items become one block, with their introduction."""

    def __init__(
        self, builder: DocumentBuilder, levels: dict[str, int], charts: Callable[[str], list[ChartTable]]
    ) -> None:
        self._builder = builder
        self._levels = levels
        self._charts = charts
        self._items: list[str] = []

    def read(self, parent: Any, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise Refused("too_complex")
        for child in parent:
            if child.tag == _W + "p":
                self._paragraph(child)
            elif child.tag == _W + "tbl":
                self._flush()
                self._builder.add("table", "\n".join(self._rows(child)))
                self._draw(child.iter(_DRAWING))
            elif child.tag in _WRAPPERS:
                self.read(child, depth + 1)
        if depth == 0:
            self._flush()

    def _paragraph(self, paragraph: Any) -> None:
        text = self._text(paragraph)
        if text.strip():
            self._add(paragraph, text)
        # Text boxes hang inside a paragraph, often an empty one, and are read after it.
        for box in paragraph.iter(_W + "txbxContent"):
            if not _is_fallback(box):
                self.read(box, 1)
        self._draw(item for item in paragraph.iter(_DRAWING) if next(item.iterancestors(_W + "p")) is paragraph)

    def _draw(self, drawings: Iterable[Any]) -> None:
        """Charts hang inside of paragraphs too; those of deleted text are none."""
        for drawing in drawings:
            if next(drawing.iterancestors(_W + "del", _W + "moveFrom"), None) is None:
                for chart in charts_in(drawing):
                    self._flush()
                    add_chart(self._builder, self._charts(chart))

    def _add(self, paragraph: Any, text: str) -> None:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        level = self._levels.get(str(style.get(_W + "val"))) if style is not None else None
        if level is not None:
            self._flush()
            self._builder.add("heading", text, level=level)
        elif paragraph.find(f"{_W}pPr/{_W}numPr") is not None:
            self._items.append("- " + text.strip())
        else:
            self._flush()
            self._builder.add("paragraph", text)

    def _flush(self) -> None:
        items, self._items = self._items, []
        self._builder.add("list", "\n".join(items))

    def _rows(self, table: Any) -> Iterator[str]:
        for row in _parts(table, _W + "tr"):
            cells = [
                " ".join(self._text(p).strip() for p in cell.iter(_W + "p") if not _is_fallback(p))
                for cell in _parts(row, _W + "tc")
            ]
            if any(cells):
                yield " | ".join(cells)

    def _text(self, paragraph: Any) -> str:
        parts: list[str] = []
        stack = list(reversed(list(paragraph)))
        while stack:
            node = stack.pop()
            if node.tag in _SKIPPED or node.tag == _W + "txbxContent":
                continue
            if node.tag == _W + "r" and _is_hidden(node):
                if "".join(node.itertext()).strip():
                    self._builder.warn("hidden_text")
                continue
            if node.tag == _W + "t":
                parts.append(node.text or "")
            elif node.tag == _W + "tab":
                parts.append("\t")
            elif node.tag in {_W + "br", _W + "cr"}:
                parts.append("\n")
            elif node.tag == _W + "noBreakHyphen":
                parts.append("-")
            stack.extend(reversed(list(node)))
        return "".join(parts)


def _parts(parent: Any, tag: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, also those that forms wrap into content controls."""
    stack = list(reversed(list(parent)))
    while stack:
        node = stack.pop()
        if node.tag == tag:
            yield node
        elif node.tag in _WRAPPERS:
            stack.extend(reversed(list(node)))


def _is_fallback(element: Any) -> bool:
    """Whether it repeats for older programs what is there already."""
    return next(element.iterancestors(_FALLBACK), None) is not None


def _is_hidden(run: Any) -> bool:
    """Hidden, white without a background, or smaller than 2 points (half-point sizes)."""
    properties = run.find(_W + "rPr")
    if properties is None:
        return False
    vanish = properties.find(_W + "vanish")
    if vanish is not None and vanish.get(_W + "val") not in {"0", "false"}:
        return True
    size = properties.find(_W + "sz")
    if size is not None and str(size.get(_W + "val")).isdigit() and int(size.get(_W + "val")) < 4:
        return True
    colour = properties.find(_W + "color")
    shaded = properties.find(_W + "shd") is not None or properties.find(_W + "highlight") is not None
    return colour is not None and str(colour.get(_W + "val")).upper() == "FFFFFF" and not shaded
