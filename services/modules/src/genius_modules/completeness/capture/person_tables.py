# SPDX-License-Identifier: EUPL-1.2
"""People as the rows of a table: of a text document, whose cells are told, or of a page, whose columns lie in line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from genius_modules.completeness.capture.cells import Cell, Labels
from genius_modules.completeness.capture.folded import find_words
from genius_modules.completeness.capture.lines import Line, Row, Text

_LEAST_COLUMNS, _LEAST_PLACED = 2, 3
_FARTHEST = 70.0
"""Points from one row of a table on a page to the next at most."""
People = list[tuple[list[Line], dict[str, Cell]]]
"""The lines of each person, which belong to nobody else, and the cells by the labels of their columns."""


def people_in_tables(text: Text, labels: Labels, known: Sequence[str]) -> People:
    """The rows below a header that holds several of the `known` labels of a person; empty where there is none."""
    return _told(text, known) or _placed(text, labels, known)


def _told(text: Text, known: Sequence[str]) -> People:
    table = [line for line in text.lines if " | " in line.text]
    for at, header in enumerate(table):
        columns = [_label_in(known, cell) for cell in header.text.split(" | ")]
        if sum(label is not None for label in columns) >= _LEAST_COLUMNS and any(columns[:2]):
            return list(_rows(columns, table[at + 1 :]))
    return []


def _rows(columns: Sequence[str | None], rows: Sequence[Line]) -> Iterator[tuple[list[Line], dict[str, Cell]]]:
    for line in rows:
        values = line.text.split(" | ")
        if len(values) != len(columns):
            return
        named = zip(columns, values, strict=True)
        yield [line], {label: _cell(label, line, value) for label, value in named if label is not None}


def _placed(text: Text, labels: Labels, known: Sequence[str]) -> People:
    rows = text.rows
    for at, header in enumerate(rows):
        columns = {label: line for line in header.lines if line.box and (label := _label_in(known, line.text))}
        if len(columns) >= _LEAST_PLACED:
            return [([*row.lines], _in_columns(columns, row)) for row in _below(header, rows[at + 1 :], labels)]
    return []


def _below(header: Row, rows: Sequence[Row], labels: Labels) -> Iterator[Row]:
    """The rows of the table: up to one that begins with a label, or stands far below."""
    last = header
    for row in rows:
        above, box = last.lines[0].box, row.lines[0].box
        apart = above[1] - box[3] if above and box else _FARTHEST
        if row.page != header.page or apart >= _FARTHEST or any(labels.begins_with_label(line) for line in row.lines):
            return
        yield row
        last = row


def _in_columns(columns: Mapping[str, Line], row: Row) -> dict[str, Cell]:
    """Each line of a row under the header that it lies nearest to."""
    found: dict[str, list[Line]] = {}
    for line in row.lines:
        if line.box:
            own = line.box
            nearest = min(columns, key=lambda label: _apart(columns[label].box or own, own))
            found.setdefault(nearest, []).append(line)
    return {label: _cell(label, lines[0], " ".join(line.text for line in lines)) for label, lines in found.items()}


def _apart(header: tuple[float, ...], box: tuple[float, ...]) -> float:
    """How far two boxes are apart from left to right; left edges decide where both lie under the header."""
    gap = max(header[0] - box[2], box[0] - header[2], 0.0)
    return gap * 1000 + abs(header[0] - box[0])


def _cell(label: str, line: Line, value: str) -> Cell:
    return Cell(label, line, value.strip(" -–"), (line,), inline=True)


def _label_in(known: Sequence[str], cell: str) -> str | None:
    found = find_words(known, cell)
    return found[0].wanted if found and found[0].start <= 1 else None
