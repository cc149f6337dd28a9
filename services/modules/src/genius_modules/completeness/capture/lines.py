# SPDX-License-Identifier: EUPL-1.2
"""The lines of one document, with what stands beside, below and in the same row of a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from genius_common.contracts.layout import DocumentLayout, LayoutLine
from genius_modules.completeness.capture.folded import fold, with_paragraph_signs
from genius_modules.completeness.observed import Place

_FURNITURE = frozenset({"page_header", "page_footer"})
_NEAR = 6.0
"""Points by which the beginnings of two lines of one column may differ; scans are a little askew."""
_PART_OF_LABEL = 0.75
_BELOW = 1.8


@dataclass(frozen=True, slots=True)
class Line:
    """`text` as it is compared, as long as `verbatim`; `box` left, bottom, right, top in points, None without pages."""

    index: int
    text: str
    verbatim: str
    page: int
    box: tuple[float, float, float, float] | None
    heading: bool
    table: bool
    scanned: bool

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1] if self.box else 0.0

    def is_beside(self, top: float, bottom: float) -> bool:
        """Whether its middle lies in a row."""
        return self.box is not None and bottom - 2 <= (self.box[1] + self.box[3]) / 2 <= top + 2


@dataclass(frozen=True)
class Text:
    """A document, or some pages of it: `file` as evidence names it."""

    file: str
    lines: tuple[Line, ...]
    hidden_text: bool = False
    poor_pages: frozenset[int] = field(default_factory=frozenset)
    scanned_pages: frozenset[int] = field(default_factory=frozenset)

    @cached_property
    def pages(self) -> tuple[int, ...]:
        return tuple(sorted({line.page for line in self.lines} | self.scanned_pages)) or (1,)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The lines that stand side by side, joined from left to right."""
        return tuple(_rows(self.lines))

    def on(self, pages: Iterable[int]) -> Text:
        """The same document with these pages only."""
        wanted = frozenset(pages)
        lines = tuple(line for line in self.lines if line.page in wanted)
        return Text(self.file, lines, self.hidden_text, self.poor_pages & wanted, self.scanned_pages & wanted)

    def place(self, *lines: Line) -> Place:
        """Evidence: the first line's page, and the lines as they stand there."""
        return Place(file=self.file, page=lines[0].page, quote="\n".join(line.verbatim for line in lines)[:500])

    def right_of(self, line: Line, last: Line | None = None) -> list[Line]:
        """The lines in the row of `line` (to `last`, where a label has several) that begin behind it."""
        if line.box is None or (last or line).box is None:
            return []
        _, _, end, top = line.box
        bottom = (last or line).box[1]
        beside = [
            other
            for other in self.lines
            if other.page == line.page and other.box and other.box[0] >= end - 1 and other.is_beside(top, bottom)
        ]
        return sorted(
            beside, key=lambda other: (-round(other.box[3] / 8) if other.box else 0, other.box and other.box[0])
        )

    def left_of(self, line: Line) -> list[Line]:
        """The lines in the row of `line` that end before it."""
        if line.box is None:
            return []
        left, bottom, _, top = line.box
        same = [other for other in self.lines if other.page == line.page and other.is_beside(top, bottom)]
        return [other for other in same if other.box and other.box[2] <= left + 1]

    def continues(self, line: Line) -> Line | None:
        """The line that goes on with `line` in its column, as those of a label in two lines do."""
        if line.box is None:
            return self._next(line)
        return self._under(line, _PART_OF_LABEL)

    def below(self, line: Line) -> Line | None:
        """What stands under a label whose values do."""
        return self._next(line) if line.box is None else self._under(line, _BELOW)

    def _next(self, line: Line) -> Line | None:
        at = next((n for n, other in enumerate(self.lines) if other is line), len(self.lines))
        return self.lines[at + 1] if at + 1 < len(self.lines) else None

    def _under(self, line: Line, most: float) -> Line | None:
        if line.box is None:
            return None
        left, bottom, _, _ = line.box
        under = [
            other
            for other in self.lines
            if other.box
            and other.page == line.page
            and abs(other.box[0] - left) < _NEAR
            and -0.5 * line.height < bottom - other.box[3] < most * line.height
            and other.box[1] < bottom
        ]
        return max(under, key=lambda other: other.box[3] if other.box else 0, default=None)


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    lines: tuple[Line, ...]

    @property
    def page(self) -> int:
        return self.lines[0].page


def text_of(file: str, layout: DocumentLayout) -> Text:
    """The lines without headers and footers; where a page has nothing else they are its text."""
    scanned = frozenset(page.number for page in layout.pages if page.scanned or page.unread)
    poor = frozenset(page.number for page in layout.pages if page.poor or page.unread)
    inner = [line for line in layout.lines if line.kind not in _FURNITURE]
    own = {line.page for line in inner}
    kept = [line for line in layout.lines if line.kind not in _FURNITURE or line.page not in own]
    kept = [line for line in kept if line.text.strip()] + list(_only_told(layout))
    lines = tuple(_line(at, line, line.page in scanned) for at, line in enumerate(kept))
    return Text(file, lines, layout.hidden_text, poor, scanned)


def _only_told(layout: DocumentLayout) -> Iterable[LayoutLine]:
    """Filled fields whose label is no word of their page, but what the form tells who can't see it (tooltip)."""
    seen: dict[int, str] = {}
    for line in layout.lines:
        seen[line.page] = seen.get(line.page, "") + fold(line.text).text
    for filled in layout.fields:
        answer = filled.value if filled.checked is None else "☒" if filled.checked else ""
        if answer and filled.label and fold(filled.label).text not in seen.get(filled.page, ""):
            told = f"{filled.label}: {answer}" if filled.checked is None else f"{answer} {filled.label}"
            yield LayoutLine(text=told, page=filled.page)


def _line(at: int, line: LayoutLine, scanned: bool) -> Line:
    text = with_paragraph_signs(line.text) if scanned else line.text
    return Line(at, text, line.text, line.page, line.box, line.kind == "heading", line.kind == "table", scanned)


def _rows(lines: Sequence[Line]) -> Iterable[Row]:
    open_rows: list[list[Line]] = []
    for line in lines:
        row = next((row for row in reversed(open_rows[-60:]) if _same_row(row[0], line)), None)
        if row is None:
            open_rows.append([line])
        else:
            row.append(line)
    placed = sorted(open_rows, key=lambda row: (row[0].page, -row[0].box[1] if row[0].box else row[0].index))
    for row in placed:
        row.sort(key=lambda line: line.box[0] if line.box else 0)
        yield Row(re.sub(r"\s+", " ", " ".join(line.text for line in row)), tuple(row))


def _same_row(first: Line, line: Line) -> bool:
    if first.page != line.page or first.box is None or line.box is None:
        return False
    shared = min(first.box[3], line.box[3]) - max(first.box[1], line.box[1])
    return shared >= 0.5 * min(first.height, line.height)
