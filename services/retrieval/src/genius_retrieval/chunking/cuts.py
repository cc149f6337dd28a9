# SPDX-License-Identifier: EUPL-1.2
"""Where a long German text may be cut: after sentences and lines."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator

from genius_retrieval.text.sentences import sentence_ends

_ROW_END = re.compile(r"\n")


def _row_ends(text: str, start: int, end: int) -> Iterator[int]:
    return (match.end() for match in _ROW_END.finditer(text, start, end))


def cut_points(text: str, target: int, longest: int, *, rows: bool = False) -> list[int]:
    """Positions that cut `text` into pieces of about `target` and at most `longest` characters.

    With `rows`, inside of a line only where that line is longer than `longest`.
    """
    cuts: list[int] = []
    start = 0
    while len(text) - start > longest:
        found = _cut(text, start, target, longest, _row_ends) if rows else None
        start = found or _cut(text, start, target, longest, sentence_ends) or _word_cut(text, start, longest)
        cuts.append(start)
    return cuts


def _cut(
    text: str, start: int, target: int, longest: int, ends: Callable[[str, int, int], Iterator[int]]
) -> int | None:
    """The best of the `ends` for a piece that begins at `start`: just below `target`, else near it."""
    near = start + target * 3 // 5
    below = deque(ends(text, near, start + target), maxlen=1)
    if below:
        return below[0]
    above = next(ends(text, start + target, start + longest), None)
    if above is not None:
        return above
    early = deque(ends(text, start + 1, near), maxlen=1)
    return early[0] if early else None


def _word_cut(text: str, start: int, longest: int) -> int:
    space = text.rfind(" ", start + longest // 2, start + longest)
    return space + 1 if space > 0 else start + longest
