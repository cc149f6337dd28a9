# SPDX-License-Identifier: EUPL-1.2
"""The shapes of a slide (DrawingML, ECMA-376 part 1, chapters 19–21): title, texts, lists, tables, charts in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from genius_retrieval.chunks import BlockKind
from genius_retrieval.parsing.builder import DocumentBuilder
from genius_retrieval.parsing.charts import ChartTable, add_chart, charts_in
from genius_retrieval.parsing.errors import Refused

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
_TITLES = {"title": 2, "ctrTitle": 1}
# What a master repeats on every slide. A number or picture alone says nothing; marks are sought in all of them.
_REPEATED = {"sldNum", "sldImg"}
_EDGES: dict[str, BlockKind] = {"hdr": "page_header", "ftr": "page_footer", "dt": "page_footer"}
_LISTED = {"body", "obj", "subTitle"}
_PROPERTIES = ("nvSpPr", "nvGrpSpPr", "nvPicPr", "nvGraphicFramePr", "nvCxnSpPr")
_MAX_DEPTH = 50
# Letters below two points; sizes are hundredths.
_TINY = 200
Size = tuple[int, int]
"""Width and height in EMU."""
Charts = Callable[[str], Sequence[ChartTable]]
"""The values of the chart with this id among the relations of the slide; empty where there are none."""


def is_text(element: Any) -> bool:
    return any((node.text or "").strip() for node in element.iter(A + "t"))


class Shapes:
    """`read` the tree of shapes; `pictures` tells whether there were any. In `notes` titles are ordinary text."""

    def __init__(
        self, builder: DocumentBuilder, size: Size | None, charts: Charts = lambda _: (), *, notes: bool = False
    ) -> None:
        self._builder = builder
        self._size = size
        self._charts = charts
        self._notes = notes
        self.pictures = False

    def read(self, tree: Any) -> None:
        if tree is None:
            raise Refused("broken")
        shapes = list(self._visible(tree, 0))
        # The title stands where the layout puts it, also if it was drawn last.
        for shape in sorted(shapes, key=lambda item: _placeholder(item) not in _TITLES):
            self._shape(shape)

    def _visible(self, parent: Any, depth: int) -> Iterator[Any]:
        if depth > _MAX_DEPTH:
            raise Refused("too_complex")
        for child in parent:
            if child.tag == _ALTERNATIVES:
                # Its fallback repeats for older programs what is there already.
                choice = child.find(_CHOICE)
                if choice is not None:
                    yield from self._visible(choice, depth + 1)
            elif not isinstance(child.tag, str) or not child.tag.startswith(P):
                continue
            elif _is_hidden(child) or (depth == 0 and self._is_outside(child)):
                if is_text(child):
                    self._builder.warn("hidden_text")
            elif child.tag == P + "grpSp":
                yield from self._visible(child, depth + 1)
            else:
                yield child

    def _shape(self, shape: Any) -> None:
        kind = _placeholder(shape)
        if kind in _REPEATED:
            return
        if kind in _EDGES:
            for paragraph in shape.iter(A + "p"):
                self._builder.add(_EDGES[kind], self._text(paragraph))
            return
        self.pictures = self.pictures or shape.tag == P + "pic"
        for table in shape.iter(A + "tbl"):
            self._builder.add("table", "\n".join(self._rows(table)))
        for chart in charts_in(shape):
            add_chart(self._builder, self._charts(chart))
        body = shape.find(P + "txBody")
        if body is not None:
            self._body(body, kind)

    def _body(self, body: Any, kind: str | None) -> None:
        if kind in _TITLES and not self._notes:
            lines = [self._text(paragraph) for paragraph in body.iter(A + "p")]
            self._builder.add("heading", " ".join(" ".join(lines).split()), level=_TITLES[kind])
            return
        items: list[str] = []
        for paragraph in body.iterchildren(A + "p"):
            text = self._text(paragraph)
            if _is_item(paragraph, usual=kind in _LISTED and not self._notes):
                items += ["- " + text.strip()] if text.strip() else []
                continue
            self._list(items)
            items = []
            self._builder.add("paragraph", text)
        self._list(items)

    def _list(self, items: list[str]) -> None:
        # One line alone is no list: subtitles and single statements stand in the same placeholders.
        if len(items) == 1:
            self._builder.add("paragraph", items[0].removeprefix("- "))
        else:
            self._builder.add("list", "\n".join(items))

    def _rows(self, table: Any) -> Iterator[str]:
        for row in table.iterchildren(A + "tr"):
            cells = [
                " ".join(" ".join(self._text(paragraph) for paragraph in cell.iter(A + "p")).split())
                for cell in row.iterchildren(A + "tc")
            ]
            if any(cells):
                yield " | ".join(cells)

    def _text(self, paragraph: Any) -> str:
        parts: list[str] = []
        for node in paragraph:
            if node.tag == A + "br":
                parts.append("\n")
            elif node.tag in {A + "r", A + "fld"}:
                text = node.findtext(A + "t") or ""
                if _is_unseen(node):
                    if text.strip():
                        self._builder.warn("hidden_text")
                else:
                    parts.append(text)
        return "".join(parts)

    def _is_outside(self, shape: Any) -> bool:
        """Whether it lies beside the slide, where a presentation never shows it. Without a place it is the layout's."""
        frame = next((shape.find(path) for path in _FRAMES if shape.find(path) is not None), None)
        if frame is None or self._size is None:
            return False
        (x, y), (width, height) = _pair(frame.find(A + "off"), "x", "y"), _pair(frame.find(A + "ext"), "cx", "cy")
        return x >= self._size[0] or y >= self._size[1] or x + width < 0 or y + height < 0


_FRAMES = (f"{P}spPr/{A}xfrm", f"{P}grpSpPr/{A}xfrm", P + "xfrm")


def _pair(element: Any, first: str, second: str) -> tuple[int, int]:
    values = ("0" if element is None else str(element.get(name) or "0") for name in (first, second))
    one, two = (int(value) if value.lstrip("-").isdecimal() and len(value) < 15 else 0 for value in values)
    return one, two


def _placeholder(shape: Any) -> str | None:
    """Its role; `obj` where none is named; None for a shape that fills no place of the layout."""
    for name in _PROPERTIES:
        found = shape.find(f"{P}{name}/{P}nvPr/{P}ph")
        if found is not None:
            return str(found.get("type") or "obj")
    return None


def _is_hidden(shape: Any) -> bool:
    return any(
        found is not None and found.get("hidden") in {"1", "true"}
        for found in (shape.find(f"{P}{name}/{P}cNvPr") for name in _PROPERTIES)
    )


def _is_item(paragraph: Any, *, usual: bool) -> bool:
    """Whether it has a bullet or number; `usual`: whether the place in the layout gives it one."""
    properties = paragraph.find(A + "pPr")
    if properties is None:
        return usual
    if properties.find(A + "buNone") is not None:
        return False
    return usual or any(properties.find(A + name) is not None for name in ("buChar", "buAutoNum", "buBlip"))


def _is_unseen(run: Any) -> bool:
    """Tiny or fully transparent. White is not: slides are dark as often as not, and the colour is a layout's."""
    properties = run.find(A + "rPr")
    if properties is None:
        return False
    size = str(properties.get("sz") or "")
    if size.isdigit() and int(size[:9]) < _TINY:
        return True
    fill = properties.find(A + "solidFill")
    return fill is not None and any(alpha.get("val") == "0" for alpha in fill.iter(A + "alpha"))
