# SPDX-License-Identifier: EUPL-1.2
"""Rows of tables as objects: a table whose columns are called like the wanted ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from genius_common.text import Span
from genius_modules.extract.labels import LEAST, similarity
from genius_modules.extract.lines import cells, lines
from genius_modules.extract.wanted import Wanted

MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by the name of their column."""

    cells: dict[str, Span]
    line: Span


def rows(text: str, columns: Sequence[Wanted]) -> list[Row]:
    """The rows of the tables that have at least half of `columns`, in order, without the headers."""
    found: list[Row] = []
    header: dict[int, str] | None = None
    width = 0
    for line in lines(text):
        row = cells(text, line)
        if len(row) < 2:
            header = None
            continue
        named = _header(text, row, columns)
        if named:
            header, width = named, len(row)
        elif header and len(row) <= width:
            found.append(Row({header[at]: cell for at, cell in enumerate(row) if at in header}, line))
    return found[: MAX_ROWS + 1]


def _header(text: str, row: Sequence[Span], columns: Sequence[Wanted]) -> dict[int, str] | None:
    """Which cell names which column, best pairs first; None where fewer than half of the columns are named."""
    scores = [
        (similarity(column, cell.of(text)), -at, column.name) for at, cell in enumerate(row) for column in columns
    ]
    named: dict[int, str] = {}
    for score, place, name in sorted(scores, reverse=True):
        if score >= LEAST and -place not in named and name not in named.values():
            named[-place] = name
    return named if len(named) >= max(1, -(-len(columns) // 2)) else None
