# SPDX-License-Identifier: EUPL-1.2
"""Lines of a text and the cells of those that are rows of a table, as spans."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genius_common.text import Span

_SEPARATOR = re.compile(r" \| |\t")


def lines(text: str) -> Iterator[Span]:
    """The lines that hold something."""
    return (Span(*match.span()) for match in re.finditer(r"[^\n]+", text) if match.group().strip())


def tight(text: str, span: Span) -> Span:
    """Without the spaces around it; empty at its beginning where there is nothing else."""
    piece = span.of(text)
    left = len(piece) - len(piece.lstrip())
    return (
        Span(span.start + left, span.start + left + len(piece.strip()))
        if piece.strip()
        else Span(span.start, span.start)
    )


def cells(text: str, line: Span) -> list[Span]:
    """The cells of a row (`a | b`, or tabs); one for a line that is none."""
    found = []
    start = line.start
    for gap in _SEPARATOR.finditer(text, line.start, line.end):
        found.append(tight(text, Span(start, gap.start())))
        start = gap.end()
    return [*found, tight(text, Span(start, line.end))]
