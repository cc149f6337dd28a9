# SPDX-License-Identifier: EUPL-1.2
"""Charts of office files (DrawingML, ECMA-376 part 1, chapter 21.2) as tables of the values that are kept with them.

Read is what the program drew last (`numCache`, `strCache` and literals); the workbook inside of the file stays closed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from genius_retrieval.parsing.builder import DocumentBuilder
from genius_retrieval.parsing.cell_formats import show
from genius_retrieval.parsing.guards import Bounds, read_part
from genius_retrieval.parsing.packages import relations
from genius_retrieval.parsing.safe_xml import parse_xml

_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# The newer kinds (waterfall, treemap, map) keep their values in another form, which is not read.
_NEWER = "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart"
# What repeats for older programs what is there already.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_VALUES = tuple(C + name for name in ("numRef", "strRef", "numLit", "strLit", "multiLvlStrRef"))
_CACHES = {C + name for name in ("numCache", "strCache", "numLit", "strLit")}
_NUMBERS = {C + "numCache", C + "numLit"}
_LEVELS = C + "multiLvlStrCache"
# A table is as large as its series times its rows: few bytes of a hostile file would be many cells.
_MOST_CELLS = 50_000
_MOST_LEVELS = 5
Points = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ChartTable:
    """What is written at the chart (title, units), and its rows, cells joined by " | ", the first row their names."""

    above: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    along: Points
    columns: tuple[Points, ...]


def chart_tables(root: Any) -> list[ChartTable]:
    """The values of a chart; empty where none are kept, or too many for a table."""
    since_1904 = _is_on(root.find(C + "date1904"))
    plot = root.find(f"{C}chart/{C}plotArea")
    if plot is None:
        return []
    series = [found for item in plot.iter(C + "ser") if (found := _series(item, since_1904)).columns]
    if not series or _cells(series) > _MOST_CELLS:
        return []
    across = _written(next((axis.find(C + "title") for axis in plot.iter(C + "catAx", C + "dateAx")), None))
    along = [_written(axis.find(C + "title")) for axis in plot.iter(C + "valAx")]
    above = "\n".join(dict.fromkeys(filter(None, (_written(root.find(f"{C}chart/{C}title")), *along))))
    if _is_joint(series):
        return [ChartTable(above, tuple(_joint(series, across)))]
    first, *others = (tuple(_joint([one], across)) for one in series)
    return [ChartTable(above, first), *(ChartTable("", rows) for rows in others)]


def add_chart(builder: DocumentBuilder, tables: Sequence[ChartTable]) -> None:
    """What is written at the chart, then its values; one that keeps none is named."""
    if not tables:
        builder.warn("charts_not_read")
    for table in tables:
        builder.add("paragraph", table.above)
        builder.add("table", "\n".join(table.rows))


class ChartParts:
    """The charts of a file that others of its parts show, each part read once."""

    def __init__(self, archive: zipfile.ZipFile, bounds: Bounds) -> None:
        self._archive = archive
        self._bounds = bounds
        self._read: set[str] = set()

    def of(self, part: str) -> Callable[[str], list[ChartTable]]:
        """The values of a chart by its id among the relations of `part`; empty where there are none."""
        parts = relations(self._archive, part, self._bounds)

        def tables(identifier: str) -> list[ChartTable]:
            found = parts.get(identifier)
            if found is None or found.kind != "chart" or found.target in self._read:
                return []
            self._read.add(found.target)
            raw = read_part(self._archive, found.target, self._bounds)
            return [] if raw is None else chart_tables(parse_xml(raw))

        return tables


def charts_in(element: Any) -> Iterator[str]:
    """Ids of the charts that are shown in a drawing, also of the newer kinds."""
    for chart in element.iter(C + "chart", _NEWER):
        if not any(ancestor.tag == _FALLBACK for ancestor in chart.iterancestors()):
            yield str(chart.get(_ID) or "")


def _is_joint(series: list[_Series]) -> bool:
    """Whether all have their values at the same places, as bars and lines do and scattered points do not."""
    return all(not one.along or one.along == series[0].along for one in series)


def _joint(series: list[_Series], across: str) -> Iterator[str]:
    columns = [column for one in series for column in one.columns]
    yield _row(across, *(name for one in series for name in (one.name, *[""] * (len(one.columns) - 1))))
    for place in sorted({place for column in columns for place in column}):
        yield _row(series[0].along.get(place, ""), *(column.get(place, "") for column in columns))


def _cells(series: list[_Series]) -> int:
    columns = [column for one in series for column in one.columns]
    return len(columns) * len({place for column in columns for place in column})


def _row(*cells: str) -> str:
    return " | ".join(cells)


def _series(item: Any, since_1904: bool) -> _Series:
    name = " ".join(_points(item.find(C + "tx"), since_1904).values())
    along = _points(_first(item, "cat", "xVal"), since_1904)
    values = (_points(item.find(C + kind), since_1904) for kind in ("val", "yVal", "bubbleSize"))
    return _Series(name, along, tuple(filter(None, values)))


def _first(item: Any, *names: str) -> Any:
    return next((found for name in names if (found := item.find(C + name)) is not None), None)


def _points(source: Any, since_1904: bool) -> Points:
    """Texts by their place. What has no place in the file (a name written out) stands at 0."""
    if source is None:
        return {}
    if (written := source.find(C + "v")) is not None:
        return _shown({0: (written.text or "", "")}, since_1904)
    for holder in source.iterchildren(*_VALUES):
        for cache in (holder, *holder):
            if cache.tag == _LEVELS:
                return _levels(cache)
            if cache.tag in _CACHES:
                return _shown(_stored(cache), since_1904)
    return {}


def _stored(cache: Any) -> dict[int, tuple[str, str]]:
    """Stored text and format code of the points; texts have none."""
    usual = cache.findtext(C + "formatCode") or ("General" if cache.tag in _NUMBERS else "")
    return {
        place: (point.findtext(C + "v") or "", point.get("formatCode") or usual)
        for point in cache.iterchildren(C + "pt")
        if (place := _place(point)) is not None
    }


def _shown(stored: Mapping[int, tuple[str, str]], since_1904: bool) -> Points:
    shown = {place: show(text, code, since_1904) if code else text for place, (text, code) in stored.items()}
    return {place: line for place, text in shown.items() if (line := " ".join(text.split()))}


def _levels(cache: Any) -> Points:
    """Categories in groups, "2025 Januar": the innermost level comes first, a group is named at its first point."""
    levels = [_shown(_stored(level), since_1904=False) for level in islice(cache.iterchildren(C + "lvl"), _MOST_LEVELS)]
    found = dict(levels[0]) if levels else {}
    for level in levels[1:]:
        named = ""
        for place in sorted(found):
            named = level.get(place, named)
            found[place] = f"{named} {found[place]}".strip()
    return found


def _place(point: Any) -> int | None:
    index = str(point.get("idx") or "")
    return int(index) if index.isascii() and index.isdigit() and len(index) < 8 else None


def _written(title: Any) -> str:
    """The text of a title, written out or kept of a cell."""
    if title is None:
        return ""
    parts = (node.text or "" for node in title.iter(_TEXT, C + "v"))
    return " ".join("".join(parts).split())


def _is_on(element: Any) -> bool:
    return element is not None and element.get("val", "1") in {"1", "true"}
