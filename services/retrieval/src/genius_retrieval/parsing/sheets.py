# SPDX-License-Identifier: EUPL-1.2
"""Tables of any length as blocks: rows in groups of about one chunk, each with its row numbers and its header row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from genius_retrieval.parsing.builder import DocumentBuilder, refuse_marked

# A little below the size of a chunk, so that the sheet's name and the rows fit into one.
_GROUP_CHARS = 850
_JOINT = " | "
_BETWEEN = re.compile(r"(?:^| )\|(?= |$)")
_HEADER_WITHIN = 10
# Columns further right than this stand behind the others without their empty neighbours.
_ALIGNED = 100


class Sheet:
    """One table. `row` in order of the numbers, then `close`; `name` None where there is only one, as in CSV."""

    def __init__(self, builder: DocumentBuilder, name: str | None) -> None:
        self._builder = builder
        self._name = name
        self._columns = ""
        self._seen = 0
        self._lines: list[str] = []
        self._size = 0
        self._first = self._last = 0

    def row(self, number: int, cells: Sequence[tuple[int, str]]) -> None:
        """Row `number` (from 1): columns (from 0, rising) with their text. Empty rows are left out."""
        line = _line(cells)
        if not line:
            return
        if self._lines and self._size + len(line) > _GROUP_CHARS:
            self._write()
        if not self._lines:
            self._first = number
        self._lines.append(line)
        self._last, self._size = number, self._size + len(line) + 1
        self._header([text for _, text in cells if text], line)

    def close(self) -> None:
        if self._lines:
            self._write()
        self._builder.place("")

    def title(self) -> None:
        """Its name as a heading, where no row has put it there: something stands beside the rows."""
        if self._name:
            self._builder.add("heading", self._name, level=2)
            self._name = None

    def _header(self, cells: list[str], line: str) -> None:
        """The first of the first rows that has words in all of two or more cells names the columns."""
        self._seen += 1
        if not self._columns and self._seen <= _HEADER_WITHIN and _names_columns(cells):
            self._columns = line

    def _write(self) -> None:
        lines, self._lines, self._size = self._lines, [], 0
        columns = "" if self._columns in lines else self._columns
        rows = f"Zeile {self._first}" if self._first == self._last else f"Zeilen {self._first}–{self._last}"
        self._builder.place(rows, columns)
        self.title()
        self._builder.add("table", "\n".join(lines))


def _line(cells: Sequence[tuple[int, str]]) -> str:
    """The cells of a row with empty ones between them, so that columns stay recognisable."""
    parts: list[str] = []
    for column, text in cells:
        if not text:
            continue
        parts += [""] * (min(column, _ALIGNED) - len(parts))
        parts.append(text)
    line = _JOINT.join(parts)
    refuse_marked(line)
    return line


def cells_of(line: str) -> list[str]:
    """The cells of a row as it stands in the text; spaces around an empty one are gone there."""
    return [cell.strip() for cell in _BETWEEN.split(line)]


def header_row(rows: Sequence[str]) -> str:
    """The first of the first rows that names the columns; empty where none does."""
    return next((row for row in rows[:_HEADER_WITHIN] if _names_columns(list(filter(None, cells_of(row))))), "")


def _names_columns(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and not any(map(_is_value, cells))


def _is_value(cell: str) -> bool:
    """Whether it begins as numbers, dates and amounts do."""
    return cell.lstrip("-+ €(").startswith(tuple("0123456789"))
